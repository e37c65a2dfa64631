/** The door to addresses against fixture programs that speak as iproute2 6.1 does. */
import assert from "node:assert/strict";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { parsePrefix } from "../../../src/model/address.ts";
import { MachineError, messageOf } from "../../../src/model/error.ts";
import { ms } from "../../../src/model/time.ts";
import { type FloatingAddress, openIp } from "../../../src/system/ip/ip.ts";
import { eventually, install, scripts } from "../scripts.ts";

/**
 * Keeps the addresses of eth0 in the file `held`, one a line. `-batch -` answers as the real one:
 * failures by line number on stderr, `addr show` as JSON on stdout, nothing for a good line.
 */
const program = `
held=$here/held; touch $held
show() {
  list=
  while read -r a; do
    [ -z "$a" ] && continue
    list="$list,{\\"local\\":\\"\${a%/*}\\",\\"prefixlen\\":\${a#*/},\\"label\\":\\"eth0\\",\\"valid_life_time\\":4294967295}"
  done < $held
  echo "[{\\"ifname\\":\\"eth0\\",\\"ifindex\\":2,\\"flags\\":[\\"UP\\",\\"LOWER_UP\\"],\\"operstate\\":\\"UP\\",\\"address\\":\\"02:00:00:00:00:01\\",\\"addr_info\\":[\${list#,}]}]"
}
fail() { echo "$1" >&2; echo "Command failed -:$n" >&2; }
line() {
  echo "$*" >> $here/said
  case "$1 $2" in
    "addr show") show ;;
    "addr replace")
      if [ "$5" != eth0 ]; then fail "Cannot find device \\"$5\\""
      elif [ "$3" = "$(cat $here/refuses 2>/dev/null)" ]; then fail "RTNETLINK answers: Permission denied"
      else grep -qxF "$3" $held || echo "$3" >> $held; fi ;;
    "addr del")
      if grep -qxF "$3" $held; then grep -vxF "$3" $held > $held.new; mv $held.new $held
        if [ "$3" = "$(cat $here/primary 2>/dev/null)" ]; then : > $held; fi
      else fail "Error: ipv4: Address not found."; fi ;;
    "neigh flush") ;;
    *) fail "Object \\"$1\\" is unknown, try \\"ip help\\"." ;;
  esac
}
n=0
case "$*" in
  *-batch*) echo "$*" >> $here/started; while read -r words; do n=$((n+1)); line $words; done ;;
  *) show ;;
esac
[ $n = 0 ] || exit 1
`;

const vip = (text: string, device = "eth0"): FloatingAddress => {
  const prefix = parsePrefix(text);
  assert.ok(prefix !== null);
  return { prefix, device, label: null };
};

const three = [vip("192.0.2.10/24"), vip("192.0.2.11/24"), vip("192.0.2.12/24")];
const texts = (vips: readonly FloatingAddress[]) => vips.map((one) => one.prefix.address);

function open(t: TestContext, deadline = ms(2000)) {
  const path = scripts(t, { ip: program });
  const ip = openIp({ path, deadline });
  t.after(() => ip.close());
  const said = (): string[] => readFileSync(join(path, "said"), "utf8").trim().split("\n");
  return { ip, path, said };
}

test("a claim goes out in the given order through one program and is read back", async (t) => {
  const { ip, path, said } = open(t);
  const outcome = await ip.claim(three);
  assert.deepEqual(outcome, { kind: "all-held", held: three, missing: [], reasons: [] });
  assert.deepEqual(said().slice(0, 3), [
    "addr replace 192.0.2.10/32 dev eth0 scope host",
    "addr replace 192.0.2.11/32 dev eth0 scope host",
    "addr replace 192.0.2.12/32 dev eth0 scope host",
  ]);
  assert.equal((await ip.claim(three)).kind, "all-held", "what is there already is no failure");
  assert.equal(readFileSync(join(path, "started"), "utf8"), "-force -j -batch -\n");
});

test("a release takes the last one first and ends when nothing is there any more", async (t) => {
  const { ip, said } = open(t);
  await ip.claim(three);
  const outcome = await ip.release(three);
  assert.deepEqual(outcome, { kind: "none-held", held: [], missing: three, reasons: [] });
  assert.deepEqual(
    said().filter((line) => line.startsWith("addr del")),
    ["192.0.2.12", "192.0.2.11", "192.0.2.10"].map((a) => `addr del ${a}/32 dev eth0`),
  );
  assert.equal((await ip.release(three)).kind, "none-held", "what is gone already is no failure");
});

test("whose an address was before is forgotten before it goes, by a line that no absence ends", async (t) => {
  const { ip, path, said } = open(t);
  await ip.claim([vip("192.0.2.10/24")]);
  await ip.release([vip("192.0.2.10/24")]);
  const lines = said();
  assert.deepEqual(lines.slice(lines.indexOf("neigh flush to 192.0.2.10 dev eth0")).slice(0, 2), [
    "neigh flush to 192.0.2.10 dev eth0",
    "addr del 192.0.2.10/32 dev eth0",
  ]);
  assert.equal(readFileSync(join(path, "started"), "utf8"), "-force -j -batch -\n");
});

test("half a claim says which half, and why not the other", async (t) => {
  const { ip, path } = open(t);
  writeFileSync(join(path, "refuses"), "192.0.2.11/32");
  const wanted = [...three, vip("192.0.2.13/24", "eth9")];
  const outcome = await ip.claim(wanted);
  assert.equal(outcome.kind, "partly-held");
  assert.deepEqual(texts(outcome.held), ["192.0.2.10", "192.0.2.12"]);
  assert.deepEqual(outcome.reasons, [
    "192.0.2.11/24 on eth0: RTNETLINK answers: Permission denied",
    '192.0.2.13/24 on eth9: Cannot find device "eth9"',
  ]);
  assert.equal((await ip.claim([vip("192.0.2.13/24", "eth9")])).kind, "none-held");
});

test("claiming none is all, releasing none is none", async (t) => {
  const { ip } = open(t);
  assert.equal((await ip.claim([])).kind, "all-held");
  assert.equal((await ip.release([])).kind, "none-held");
});

test("addresses that a removed primary took along come back", async (t) => {
  const { ip, path } = open(t);
  writeFileSync(join(path, "held"), "192.0.2.10/24\n192.0.2.1/24\n192.0.2.11/24\n");
  writeFileSync(join(path, "primary"), "192.0.2.10/24");
  const outcome = await ip.release([three[0] ?? assert.fail()]);
  assert.equal(outcome.kind, "none-held");
  assert.equal(readFileSync(join(path, "held"), "utf8"), "192.0.2.1/24\n192.0.2.11/24\n");
});

test("an address under another prefix answers as well, and goes with a release", async (t) => {
  const { ip, path } = open(t);
  writeFileSync(join(path, "held"), "192.0.2.10/24\n192.0.2.1/24\n192.0.2.10/32\n192.0.2.11/28\n");
  const outcome = await ip.release(three);
  assert.deepEqual([outcome.kind, outcome.held], ["none-held", []]);
  assert.equal(readFileSync(join(path, "held"), "utf8"), "192.0.2.1/24\n");
});

test("one form is removed and the others stay", async (t) => {
  const { ip, path } = open(t);
  writeFileSync(join(path, "held"), "192.0.2.10/24\n192.0.2.10/32\n");
  const outcome = await ip.remove([vip("192.0.2.10/24")]);
  assert.equal(outcome.kind, "all-held", "it is held by the other form");
  assert.equal(readFileSync(join(path, "held"), "utf8"), "192.0.2.10/32\n");
});

test("a hanging program is killed and the release done by a fresh one", async (t) => {
  const { ip, path } = open(t, ms(800));
  assert.equal((await ip.claim(three)).kind, "all-held");
  writeFileSync(join(path, "held"), "192.0.2.10/32\n192.0.2.11/32\n192.0.2.12/32\n");
  // The kept one hangs from now on; a program that starts afresh with a closed stdin does not.
  install(path, "ip", `case "$*" in *-j*-batch*) sleep 60;; esac\n${program}`);
  await ip.close();
  const outcome = await ip.release(three);
  assert.equal(outcome.kind, "none-held");
  assert.equal(readFileSync(join(path, "held"), "utf8"), "");
});

test("when both ways of a release fail nothing is claimed to be known", async (t) => {
  const { ip, path } = open(t);
  assert.equal((await ip.claim(three)).kind, "all-held");
  install(path, "ip", "sleep 60");
  const impatient = openIp({ path, deadline: ms(150) });
  t.after(() => impatient.close());
  await assert.rejects(impatient.release(three), MachineError);
  await assert.rejects(impatient.claim(three), /ip: gave no answer within \d+ ms and was killed/);
});

test("a program that somebody ended is started again", async (t) => {
  const { ip, path } = open(t);
  await ip.readInterfaces();
  install(
    path,
    "ip",
    program.replace("n=0", `[ -e $here/once ] || { touch $here/once; exit 7; }\nn=0`),
  );
  await ip.close();
  assert.equal((await ip.claim(three)).kind, "all-held");
  assert.ok(existsSync(join(path, "once")), "it had ended in the middle");
});

test("garbage, early ends and missing programs are MachineErrors that name the program", async (t) => {
  const cases: [string, string, RegExp][] = [
    [
      "not JSON",
      'while read -r l; do echo "[oops"; n=$((n+1)); echo "Command failed -:2" >&2; done',
      /not JSON: \[oops/,
    ],
    ["ends at once", "echo 'no luck' >&2; exit 3", /the kept ip ended with status 3: no luck/],
  ];
  for (const [name, body, message] of cases) {
    const ip = openIp({ path: scripts(t, { ip: body }), deadline: ms(500) });
    await assert.rejects(ip.readInterfaces(), (thrown) => {
      assert.ok(thrown instanceof MachineError, name);
      assert.match(messageOf(thrown), message, name);
      return true;
    });
    await ip.close();
  }
  const nowhere = openIp({ path: scripts(t, {}) });
  await assert.rejects(nowhere.readInterfaces(), /^MachineError: ip: no such program in/);
});

test("the watch tells changes, and whenever something may have been missed", async (t) => {
  const added = "3: v0    inet 10.9.0.10/24 scope global v0:1";
  const removed = "Deleted 3: v0    inet6 fd00::1/64 scope global nodad";
  const path = scripts(t, {
    ip: `echo "${added}"
echo "netlink receive error No buffer space available (105)" >&2
read -r -t 1 nothing < <(sleep 0.3)
echo "${removed}"
exit 1`,
  });
  const ip = openIp({ path });
  const told: string[] = [];
  const stop = ip.watch((why) => told.push(why));
  await eventually("five changes", () => told.length >= 5);
  stop();
  // The two streams of a program are read independently.
  assert.deepEqual(told.slice(0, 2).sort(), [
    added,
    "netlink receive error No buffer space available (105)",
  ]);
  assert.deepEqual(told.slice(2), [
    "the watch has begun",
    removed,
    "ip ended with status 1: netlink receive error No buffer space available (105)",
  ]);
  await ip.close();
});
