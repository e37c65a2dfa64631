/** What the importers write of checks is what lvsd's own reader takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { triedChecks } from "../../../src/config/config.ts";
import { importFiles } from "../../../src/config/import/import.ts";
import { importDefaults } from "../../../src/config/import/imported.ts";
import { parseAddress } from "../../../src/model/address.ts";
import { accepted, readText } from "../texts.ts";

const primary = parseAddress("192.0.2.1");
assert.ok(primary !== null);
const options = { ...importDefaults, primary: { public: primary, private: null } };

function checksOf(name: string, text: string) {
  const result = importFiles([{ name, text }], null, options);
  assert.ok("text" in result, JSON.stringify(result));
  const { virtualServers } = accepted(readText(result.text));
  return virtualServers.flatMap(({ realServers }) =>
    realServers.flatMap(({ check }) => triedChecks(check)),
  );
}

test("keepalived's SMTP_CHECK, MISC_CHECK and HTTP_GET with a digest", () => {
  const text = `virtual_server 192.0.2.10 80 {
    delay_loop 6
    lb_algo rr
    lb_kind NAT
    protocol TCP
    real_server 192.0.2.21 80 { SMTP_CHECK { helo_name probe.example } }
    real_server 192.0.2.22 80 {
        MISC_CHECK { misc_path "/bin/look -x"
            misc_dynamic
        }
    }
    real_server 192.0.2.23 80 {
        HTTP_GET {
            url { path /a
                digest 9B3A0C85A887A256D6939DA88AABD8CD
            }
            virtualhost www.example.com
        }
    }
}
`;
  const [smtp, command, http] = checksOf("keepalived.conf", text);
  assert.equal(smtp?.type === "smtp" && smtp.helo, "probe.example");
  assert.equal(command?.type === "command" && command.convention, "keepalived");
  assert.equal(http?.type === "http" && http.digest, "9b3a0c85a887a256d6939da88aabd8cd");
  assert.equal(http?.type === "http" && http.host, "www.example.com");
});

test("ldirectord's services, with and without a login", () => {
  const services: readonly (readonly [service: string, rest: string, type: string])[] = [
    ["smtp", "", "smtp"],
    ["submission", "", "submission"],
    ["pop", 'login="probe"\n        passwd="x"', "pop3"],
    ["pops", "", "pop3s"],
    ["imap", 'login="probe"\n        passwd="x"', "imap"],
    ["imaps", "", "imaps"],
    ["nntp", "", "nntp"],
    ["ftp", 'request="ready"\n        receive="OK"', "ftp"],
    [
      "ftp",
      'request="ready"\n        receive="OK"\n        login="probe"\n        passwd="x"',
      "ftp",
    ],
    ["sip", "", "sip"],
    ["sip", 'login="probe"', "sip"],
    ["http", 'request="a"\n        receive="OK"', "http"],
  ];
  for (const [service, rest, type] of services) {
    const text = `virtual=192.0.2.10:80
        real=192.0.2.21:80 masq
        service=${service}
        scheduler=rr
        protocol=tcp
${rest === "" ? "" : `        ${rest}\n`}`;
    const [check] = checksOf("ldirectord.cf", text);
    assert.equal(check?.type, type, `${service} ${rest}`);
  }
  const external = `virtual=192.0.2.10:80
        real=192.0.2.21:80 masq
        checktype=external
        checkcommand="/bin/look"
        scheduler=rr
        protocol=tcp
`;
  const [command] = checksOf("ldirectord.cf", external);
  assert.deepEqual(command?.type === "command" && command.args, ["192.0.2.10", "80", "%h", "%p"]);
});

test("files of two systems: one is read, and the other is named with what to do", () => {
  const lvs = "primary = 192.0.2.1\nvirtual w {\n active = 1\n address = 192.0.2.10 eth0:1\n}\n";
  const files = [
    { name: "lvs.cf", text: lvs },
    { name: "k.conf", text: "vrrp_instance V {\n interface eth0\n}\n" },
  ];
  const read = importFiles(files, null, importDefaults);
  assert.ok("text" in read);
  const said = read.findings.find(({ subject }) => subject === "k.conf");
  assert.match(said?.text ?? "", /^it is a file of keepalived, and the others are read as piranha/);
});

test("an empty file is called empty", () => {
  const read = importFiles([{ name: "x", text: " \n" }], "keepalived", importDefaults);
  assert.ok("problems" in read);
  assert.equal(read.problems[0]?.message, "it is empty");
});
