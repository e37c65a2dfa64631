/** Real files, spoiled at random: what an import writes passes `lvsd check` in its marked places. */
import assert from "node:assert/strict";
import { basename } from "node:path";
import { describe, test } from "node:test";
import fc from "fast-check";
import { importFiles } from "../../../src/config/import/import.ts";
import {
  type ImporterName,
  type ImportOptions,
  importDefaults,
  importerNames,
} from "../../../src/config/import/imported.ts";
import { files, text } from "../../checkout.ts";
import { problemsOf } from "./filled-in.ts";

const fixtures = files.filter((path) =>
  /^test\/fixtures\/foreign\/\w+\/.*\.(?:cf|conf)$/.test(path),
);

const heartbeat = `keepalive 2\ndeadtime 9\nucast eth0 192.0.2.2\nauto_failback on\nudpport 694
ping 192.0.2.254\nnode a\nnode b\n`;
const cib = `<cib><nodes><node id="1" uname="a"/></nodes><resources><primitive id="v" type="IPaddr2">
<nvpair name="ip" value="192.0.2.13"/><nvpair name="cidr_netmask" value="24"/></primitive></resources></cib>\n`;
const table = `-A -t 192.0.2.10:80 -s wlc -p 300 -M 255.255.255.0
-a -t 192.0.2.10:80 -r 10.9.0.1:80 -m -w 1 -x 10 -y 5\n-A -f 3 -s sh -b sh-fallback,sh-port
-a -f 3 -r 10.9.0.1:0 -g -w 1\n-A -u [2001:db8::1]:53 -s rr -o
-a -u [2001:db8::1]:53 -r [fd00::1]:53 -i -w 1 --tun-type gue --tun-port 6080
-A -t 192.0.2.10:0 -s rr -p 60\n-a -t 192.0.2.10:0 -r 10.9.0.1:0 -g -w 1\n`;

const samplesOf = (from: ImporterName): readonly string[] => [
  ...fixtures.filter((path) => path.split("/")[3] === from).map(text),
  ...(from === "heartbeat" ? [heartbeat, cib, "a 192.0.2.10/24/eth0 IPaddr::10.0.0.9/24\n"] : []),
  ...(from === "ipvsadm" ? [table] : []),
];

/** Words that another system takes somewhere, and lvsd may not. */
const words = fc.constantFrom(
  ...["0", "-1", "65536", "99999999999", "127.0.0.1", "192.0.2.1", "192.0.2.10", "0.0.0.0", "::1"],
  ...[
    "224.0.0.1",
    "10.9.0.1",
    "fe80::1",
    "2001:db8::1",
    "255.0.255.0",
    "yes",
    "x",
    "",
    "tcp",
    "UDP",
  ],
  ...["sip", "mh", "sh-port", "mh-port", "ops", "quorum 9", "www.example.com", "/bin/x", "eth0:1"],
);
const edit = fc.record({ at: fc.nat(4000), put: words });

/** Some of its words are replaced by others. */
function spoiled(sample: string, edits: readonly { at: number; put: string }[]): string {
  const parts = sample.split(/([\s=:/]+)/);
  for (const { at, put } of edits) {
    const place = (at % Math.ceil(parts.length / 2)) * 2;
    parts[place] = put;
  }
  return parts.join("");
}

const router = (last: number) => ({ public: `192.0.2.${last}`, private: null });

describe("spoiled files come out sound, or are refused", () => {
  for (const from of importerNames)
    test(from, () => {
      const given = fc.constantFrom<Partial<ImportOptions>>(
        {},
        { primary: router(1), backup: router(2), lenient: true, fold: true },
        { primary: { public: "192.0.2.1", private: "10.9.0.250" }, lenient: true },
      );
      fc.assert(
        fc.property(
          fc.constantFrom(...samplesOf(from)),
          fc.array(edit, { maxLength: 12 }),
          given,
          (sample, edits, options) => {
            const file = { name: basename(from), text: spoiled(sample, edits) };
            const read = importFiles([file], from, { ...importDefaults, ...options });
            if ("problems" in read) assert.ok(read.problems.length > 0);
            else assert.deepEqual(problemsOf(read.text), []);
          },
        ),
        { numRuns: 150 },
      );
    });
});
