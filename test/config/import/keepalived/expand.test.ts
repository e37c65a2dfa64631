import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { importFiles } from "../../../../src/config/import/import.ts";
import { importDefaults } from "../../../../src/config/import/imported.ts";
import { imported, said, web } from "./imported.ts";

describe("what is expanded", () => {
  const servers = (
    text: string,
    ...more: [string, string][]
  ): Record<string, { real_servers: object }> => imported(text, {}, ...more).yaml.virtual_servers;

  test("parameters, sequences and lists are expanded", () => {
    const text = `$NET=192.0.2
$KIND=TCP
virtual_server \${NET}.10 80 {
  protocol $KIND
  ~SEQ(N, 21, 23) real_server \${NET}.$N 80 { weight 2 }
  ~LST({A,W}, {31,5}, {32,6}) real_server 192.0.2.$A 80 { weight $W }
}
`;
    const [server] = Object.values(servers(text));
    assert.deepEqual(
      Object.values(server?.real_servers ?? {}).map(
        ({ address, weight }) => `${address} ${weight}`,
      ),
      ["192.0.2.21 2", "192.0.2.22 2", "192.0.2.23 2", "192.0.2.31 5", "192.0.2.32 6"],
    );
  });

  test("a multi-line parameter stands for its lines, and may define others", () => {
    const text = `$ONE= \\
  real_server 192.0.2.$N 80 { \\
    weight 1 \\
  }
virtual_server 192.0.2.10 80 {
  protocol TCP
  $N=21
  $ONE
  $N=22
  $ONE
}
`;
    const [server] = Object.values(servers(text));
    assert.equal(Object.keys(server?.real_servers ?? {}).length, 2);
  });

  test("@ID lines are read for one router, and named where it is not said which", () => {
    const text = web.replace("lb_algo rr", "@a lb_algo rr\n@^a lb_algo wrr");
    const scheduler = (instance: string | null) =>
      imported(text, { instance }).yaml.virtual_servers["tcp-192.0.2.10-80"].scheduler;
    assert.equal(scheduler("a"), "rr");
    assert.equal(scheduler("b"), "wrr");
    assert.ok(said(text).some((line) => /^left-out 3 @a: only for a; --instance/.test(line)));
  });

  test("an include whose brackets do not pair is no glob, and no failure", () => {
    for (const name of ["}rs.part", "{rs.part", "[rs.part"])
      assert.match(said(web.replace("delay_loop 6", `include ${name}`)).join(), /is not among/);
  });

  test("an include takes in a file that was given, and names one that was not", () => {
    const text = web.replace("delay_loop 6", "include rs.part\ninclude none.part");
    const { findings, yaml } = imported(text, {}, [
      "conf.d/rs.part",
      "real_server 192.0.2.29 80 {\nweight 7\n}\n",
    ]);
    assert.equal(Object.keys(yaml.virtual_servers["tcp-192.0.2.10-80"].real_servers).length, 3);
    assert.ok(
      findings.some(({ text: why }) => why.startsWith("none.part is not among the given files")),
    );
  });

  test("a bomb of sequences is refused", () => {
    const text = `${web}~SEQ(A, 1000) ~SEQ(B, 1000) virtual_server 10.0.$A.$B 80 { protocol TCP }\n`;
    const read = importFiles([{ name: "k.conf", text }], "keepalived", importDefaults);
    assert.ok("problems" in read);
    assert.equal(read.problems[0]?.line, 20);
  });
});
