import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { withIncluded } from "../../../src/config/editing/take-in.ts";
import { readConfig } from "../../../src/config/read-config.ts";
import { accepted, filesOf, mainPath } from "../texts.ts";

const main = `# The pair.
include: [teams/*.yaml]
routers: { primary: { public: 192.0.2.1 } }
defaults: { scheduler: rr }
virtual_servers:
  # the shop
  web:
    address: 192.0.2.10
    port: 80   # plain

# Who may look.
console: { allow: 192.0.2.0/24 }
`;

const dns = `# Team DNS, ask Jo.
vips:
    # for the resolver
    - address: 192.0.2.13   # moves with it
virtual_servers:   # two of them
    dns:
        address: 192.0.2.12
        port: 53
        protocol: udp
        # never fewer
        quorum: { up: 2 }

    # over TCP too
    dnst: { address: 192.0.2.12, port: 53 }
# the end
`;

const mail = "virtual_servers:\n  mail: { address: 192.0.2.11, port: 25 }\n";

const files = (one: string, other: string) => [
  { name: "teams/dns.yaml", text: one },
  { name: "teams/mail.yaml", text: other },
];

/** What the files mean together, whichever of them says it. */
function meaning(text: string, one?: string, other?: string): unknown {
  const config = accepted(
    readConfig(
      mainPath,
      filesOf({
        [mainPath]: text,
        ...(one === undefined ? {} : { "/etc/lvsd/teams/dns.yaml": one }),
        ...(other === undefined ? {} : { "/etc/lvsd/teams/mail.yaml": other }),
      }),
    ),
  );
  const { hash: _, include: __, ...rest } = config;
  return rest;
}

const taken = (text: string, one: string, other: string): string => {
  const edited = withIncluded(text, files(one, other));
  if ("refused" in edited) throw new Error(edited.refused);
  assert.deepEqual(meaning(edited.text), meaning(text, one, other));
  return edited.text;
};

describe("included files that are taken into the main file", () => {
  it("come with their comments and order, and everything else stays", () => {
    assert.equal(
      taken(main, dns, mail),
      `# The pair.
routers: { primary: { public: 192.0.2.1 } }
defaults: { scheduler: rr }
virtual_servers:
  # the shop
  web:
    address: 192.0.2.10
    port: 80   # plain
  # from teams/dns.yaml
  # two of them
  dns:
      address: 192.0.2.12
      port: 53
      protocol: udp
      # never fewer
      quorum: { up: 2 }

  # over TCP too
  dnst: { address: 192.0.2.12, port: 53 }
  # the end
  # from teams/mail.yaml
  mail: { address: 192.0.2.11, port: 25 }

# Who may look.
console: { allow: 192.0.2.0/24 }
vips:
  # from teams/dns.yaml
  # Team DNS, ask Jo.
  # for the resolver
  - address: 192.0.2.13   # moves with it
`,
    );
  });

  const noServers = main.replace(/virtual_servers:.*plain\n/s, "");
  const variants: readonly (readonly [string, string, string, string])[] = [
    ["where the main file has none", noServers, dns, mail],
    ["where the main file has an empty map", `${noServers}virtual_servers: {}\n`, dns, mail],
    [
      "where the main file's stand in braces",
      `${noServers}virtual_servers: { web: { address: 192.0.2.10, port: 80 } }\n`,
      dns,
      mail,
    ],
    ["where the main file has no last line break", main.trimEnd(), dns, mail],
    [
      "which are written in braces",
      main,
      dns,
      JSON.stringify({ virtual_servers: { mail: { address: "192.0.2.11", port: 25 } } }),
    ],
    [
      "which share values",
      main,
      dns,
      "virtual_servers:\n  mail: &a { address: 192.0.2.11, port: 25 }\n",
    ],
    ["with line breaks of another system", main, dns.replaceAll("\n", "\r\n"), mail],
    [
      "where the main file has vips already",
      main.replace("console:", "vips:\n- address: 192.0.2.14\nconsole:"),
      dns,
      mail,
    ],
    ["of which one holds nothing", main, "# nothing yet\n", mail],
  ];
  for (const [name, text, one, other] of variants)
    it(`mean the same ${name}`, () => {
      taken(text, one, other);
    });

  it("keep the text of a page as it is", () => {
    const block = `virtual_servers:
    mail:
        address: 192.0.2.11
        port: 25
        check:
            type: send_expect
            send: |
                HELO
                  there
`;
    assert.match(taken(main, dns, block), /\n {10}send: \|\n {14}HELO\n {16}there\n/);
  });

  it("are refused where a name would be given twice", () => {
    const edited = withIncluded(main, files(dns, mail.replace("mail:", "web:")));
    assert.deepEqual(edited, { refused: "virtual_servers.web: this name is given a second time" });
  });
});
