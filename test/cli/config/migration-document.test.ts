/**
 * Every command of docs/migration.md is run. Those of lvsd here, with the files that they name; where
 * they need a daemon, and all others, by the scenarios of the lab that are named here.
 */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, test } from "node:test";
import { runCommandLine } from "../../../src/cli/command-line.ts";
import { root, text } from "../../checkout.ts";
import { Recorder } from "../recorder.ts";

const commands = [
  ...new Set([...text("docs/migration.md").matchAll(/^ {4,}lvsd (.+)$/gm)].map(([, line]) => line)),
].map((line) => (line ?? "").replace(/\s+#.*$/, "").trim());

/** Of a router that serves, or of another program: where it is run, and by which words. */
const elsewhere: readonly (readonly [command: string, file: string, words: string])[] = [
  ["lvsd status", "service-side.sh", "lvsd status"],
  ["lvsd switchover", "scenarios/takeover-from-keepalived.ts", 'lvsd("switchover")'],
  ["lvsd doctor", "scenarios/several-ports.ts", 'lvsd("doctor"'],
  ["lvsd check --here", "takeover-side.sh", "lvsd check --here"],
  ["lvsd plan -c lvs.cf", "scenarios/lvs-cf.ts", '"plan"'],
  ["lvsd reload -c lvs.cf", "scenarios/lvs-cf.ts", '"reload"'],
  ["lvsd reload", "scenarios/rolling-from-piranha.ts", "router.reload()"],
  ["lvsd apply lvs.cf", "scenarios/lvs-cf.ts", '"apply"'],
  ["lvsd ipvs save", "actors/via-service.ts", 'lvsd("ipvs", "save")'],
  [
    "lvsd takeover-from keepalived /etc/keepalived/keepalived.conf --dry-run",
    "takeover-side.sh",
    "takeover --dry-run",
  ],
  [
    "lvsd takeover-from keepalived /etc/keepalived/keepalived.conf",
    "takeover-side.sh",
    "lvsd takeover-from keepalived",
  ],
  ["systemctl enable --now lvsd", "service-side.sh", "systemctl enable --quiet --now lvsd"],
  ["systemctl disable --now lvsd", "takeover-side.sh", "systemctl disable --now lvsd"],
  [
    "systemctl unmask --runtime keepalived",
    "takeover-side.sh",
    "systemctl unmask --runtime keepalived",
  ],
  ["systemctl enable --now keepalived", "takeover-side.sh", "systemctl enable --now keepalived"],
  ["ip addr > ip-addr.txt", "actors/from-ldirectord.ts", '"ip", "addr"'],
  ["iptables-save > iptables.txt", "actors/from-ldirectord.ts", '"iptables-save"'],
  ["ipvsadm -S -n > table.save", "scenarios/takeover-from-ldirectord.ts", '"ipvsadm", "-S", "-n"'],
  // Of Heartbeat there is a script (test/lab/actors/heartbeat.ts), which says why.
  ["service heartbeat stop", "scenarios/takeover-from-ldirectord.ts", "second.stop()"],
  ["service heartbeat start", "scenarios/takeover-from-ldirectord.ts", "first.start()"],
  [
    "sed -i '1i cleanstop=no' /etc/ha.d/ldirectord.cf",
    "actors/ldirectord.ts",
    '"sed", "-i", "1i cleanstop=no"',
  ],
  ["ldirectord /etc/ha.d/ldirectord.cf reload", "actors/ldirectord.ts", '"reload"'],
  [
    "pkill -KILL -x 'heartbeat|ldirectord'",
    "scenarios/takeover-from-ldirectord.ts",
    'killByName(first, "heartbeat|ldirectord")',
  ],
  ["cibadmin --query > cib.xml", "scenarios/takeover-from-pacemaker.ts", '"cibadmin", "--query"'],
  [
    "pkill -KILL -x ldirectord",
    "scenarios/takeover-from-pacemaker.ts",
    'killByName(first, "ldirectord")',
  ],
  [
    "crm_attribute --name maintenance-mode --update true",
    "scenarios/takeover-from-pacemaker.ts",
    '"crm_attribute", "--name", "maintenance-mode", "--update", "true"',
  ],
  [
    "crm_attribute --name maintenance-mode --update false",
    "scenarios/takeover-from-pacemaker.ts",
    '"crm_attribute", "--name", "maintenance-mode", "--update", "false"',
  ],
  // The lab plays systemd.
  [
    "systemctl disable --now pacemaker corosync",
    "scenarios/takeover-from-pacemaker.ts",
    "for (const each of [second, first]) await each.stop()",
  ],
  [
    "systemctl enable --now corosync pacemaker",
    "scenarios/takeover-from-pacemaker.ts",
    "await start()",
  ],
  // Of Piranha there is a double (test/lab/piranha), which says why.
  ["service pulse stop", "scenarios/rolling-from-piranha.ts", "first.stop()"],
  [
    String.raw`printf '\275\332\275\255' >/dev/udp/192.0.2.2/539`,
    "scenarios/rolling-from-piranha.ts",
    String.raw`printf '\275\332\275\255' >/dev/udp/`,
  ],
  [
    "sed -i 's/protocol: auto.*/protocol: lvsd/' /etc/lvsd/lvsd.yaml",
    "scenarios/rolling-from-piranha.ts",
    "s/protocol: auto.*/protocol: lvsd/",
  ],
];

/** Copying a file to the other router is no part of lvsd. */
const notRun = [
  "scp root@192.0.2.2:/etc/lvsd/lvsd.yaml root@192.0.2.2:/etc/lvsd/heartbeat.key /etc/lvsd/",
  "chmod 0600 /etc/lvsd/heartbeat.key",
];

const foreign = (path: string): string => join(root, "test/fixtures/foreign", path);

const files: Readonly<Record<string, string>> = {
  "ip-addr.txt":
    "2: eth0: <UP> mtu 1500\n    inet 198.51.100.2/24 brd + scope global eth0\n    inet6 2001:db8::2/64 scope global\n",
  "iptables.txt":
    "*mangle\n-A PREROUTING -d 198.51.100.10/32 -p tcp --dport 80 -j MARK --set-mark 80\nCOMMIT\n",
  "table.save": "-A -t 198.51.100.10:80 -s wlc\n-a -t 198.51.100.10:80 -r 10.9.0.1:80 -m -w 1\n",
  "check.sh": "#!/bin/sh\necho OK\n",
  "ha.cf": "keepalive 1\ndeadtime 5\nnode a\nnode b\nauto_failback off\nping 198.51.100.254\n",
  haresources: "a IPaddr2::198.51.100.10/24/eth0 ldirectord::ldirectord.cf\n",
  "cib.xml":
    '<cib><configuration><resources><primitive id="v" type="IPaddr2"><instance_attributes><nvpair name="ip" value="198.51.100.13"/><nvpair name="cidr_netmask" value="24"/></instance_attributes></primitive></resources></configuration></cib>\n',
};

const directory = mkdtempSync(join(tmpdir(), "lvsd-migration-"));
after(() => rmSync(directory, { recursive: true }));
for (const [name, content] of Object.entries(files)) writeFileSync(join(directory, name), content);
for (const router of ["router1", "router2"]) {
  mkdirSync(join(directory, router));
  copyFileSync(foreign("keepalived/nat-sorry.conf"), join(directory, router, "keepalived.conf"));
}
copyFileSync(foreign("keepalived/nat-sorry.conf"), join(directory, "keepalived.conf"));
copyFileSync(foreign("ldirectord/per-port.cf"), join(directory, "ldirectord.cf"));
copyFileSync(foreign("piranha/nat.cf"), join(directory, "lvs.cf"));

/** Paths of the document as they are here; nothing outside the directory is read or written. */
const placed = (word: string): string => {
  const name = word.replace(/^\/etc\/(?:keepalived|lvsd|sysconfig\/ha)\//, "");
  const isFile = /\.(?:cf|conf|txt|save|sh|xml|yaml|key)$|^haresources$/.test(name);
  return isFile && !name.startsWith("/") ? join(directory, name) : word;
};

/** Without a daemon these say that none answers; everything else ends as the document says. */
const asksDaemon = /^(?:status|switchover|plan|reload|apply)\b/;
/** On a machine that is none of the routers. */
const asksMachine = /--here|^takeover-from|^ipvs|^doctor/;

/** Lines of the document's examples, without the remarks behind them. */
const lines = [...text("docs/migration.md").matchAll(/^ {4,}([a-z].*)$/gm)].map(([, line]) =>
  (line ?? "").replace(/\s+# .*$/, "").trim(),
);

describe("what docs/migration.md asks of other programs, and of a router that serves", () => {
  const known = new Map(elsewhere.map(([command, ...where]) => [command, where]));
  for (const line of new Set(lines)) {
    if (line.startsWith("lvsd ") && !known.has(line)) continue;
    test(line, () => {
      if (notRun.includes(line)) return;
      const [file, words] = known.get(line) ?? assert.fail("no scenario runs it");
      assert.ok(
        text(`test/lab/${file}`).replace(/\s+/g, " ").includes(words),
        `${file} has no ${words}`,
      );
    });
  }
  test("nothing is listed that the document does not ask for", () => {
    const gone = [...known.keys(), ...notRun].filter((command) => !lines.includes(command));
    assert.deepEqual(gone, []);
  });
});

describe("the commands of lvsd in docs/migration.md", () => {
  test("it has commands", () => assert.ok(commands.length > 15));
  for (const line of commands)
    test(`lvsd ${line}`, async () => {
      const words = line.split(/\s+/).map(placed);
      const [command = ""] = words;
      const output = words.indexOf("-o") + 1;
      if (output > 0) rmSync(words[output] ?? "", { force: true });
      const isBare = command === "keygen" && output === 0;
      const key = isBare ? ["-o", join(directory, "bare.key")] : [];
      const config = /^(?:check|takeover-from|keygen)$/.test(command) && !words.includes("-c");
      const more = config ? ["-c", join(directory, "lvsd.yaml")] : [];
      const terminal = new Recorder();
      const status = await runCommandLine(
        [...words, ...key, ...more, "--run-dir", directory],
        terminal,
        {},
      );
      const said = `${status}: ${terminal.errorText}`;
      if (asksDaemon.test(line)) assert.equal(status, 1, said);
      else if (asksMachine.test(line)) {
        assert.ok([0, 1, 2].includes(status), said);
        assert.doesNotMatch(terminal.errorText, /unknown|argument missing|too many arguments/);
      } else if (command === "import") {
        assert.ok(status === 0 || status === 3, said);
        assert.match(terminal.errorText, /^read as /);
      } else if (command === "check") assert.ok(status === 0 || /key/.test(said), said);
      else assert.equal(status, 0, said);
    });
});
