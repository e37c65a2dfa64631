/**
 * lvsd as an operator installs it: `make install`, systemd's unit, the dedicated user. A real
 * systemd starts it on a real kernel, an operator reloads and stops it, and misfortune kills
 * and stops it. The other scenarios start the daemon by themselves; here the unit is what is
 * tested.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { factsOf } from "./guest/facts.ts";

describe("lvsd under systemd", () => {
  const { fact, printed } = factsOf("service-side.sh");
  const within = (name: string, limitMs: number): void => {
    assert.ok(Number(fact(name)) <= limitMs, `${name}: ${fact(name)}\n${printed()}`);
  };

  it("make install makes the user, reloads systemd, and starts nothing", () => {
    assert.equal(fact("installed"), "0 inactive disabled");
  });

  it("the configuration's directory is root's, with one in it where the daemon stores", () => {
    assert.equal(fact("directory"), "755 root root;2750 lvsd lvsd-operators;755 root root;");
    assert.equal(fact("link"), "live/lvsd.yaml");
    assert.equal(fact("key"), "400 lvsd lvsd");
  });

  it("a file that an editor put in the place of the link is moved to where it led", () => {
    assert.equal(fact("edited"), "a file");
    assert.equal(fact("linked"), "live/lvsd.yaml lvsd.yaml");
  });

  it("an operator changes the load balancing, and neither runs programs nor reads the key", () => {
    assert.equal(fact("applied"), "0 live/lvsd.yaml lvsd -A -t 192.0.2.10:80 -s rr");
    assert.equal(fact("attack"), "/bin/sh: it does not lie in /etc/lvsd/commands");
    assert.equal(fact("anna"), "0 0 1");
  });

  it("whoever is none may do nothing at all", () => {
    assert.equal(fact("ben"), "1 1");
  });

  it("a command runs as another user, without rights, and reaches nothing of the daemon", () => {
    assert.equal(fact("runner-before"), "active inactive");
    assert.match(fact("command"), /^0 lvsd-commands 0{16} 0{16} 1 permitted end$/);
    assert.equal(fact("run-by"), '"commands":"runner" active');
  });

  it("a signal opens no debugger and ends nothing", () => {
    assert.equal(fact("debugger"), "0 active");
  });

  it("with an invalid configuration and no older one it serves its control socket and waits", () => {
    assert.equal(fact("invalid"), "active 0");
    assert.equal(fact("invalid-state"), '"state":"unconfigured"');
  });

  it("a valid one is checked, started under the dedicated user, and active", () => {
    fact("checked");
    assert.equal(fact("started"), "active as lvsd");
    within("active", 5000);
    within("held", 1000);
    assert.equal(fact("table"), "-A -t 192.0.2.10:80 -s wlc");
    assert.equal(fact("socket"), "660 lvsd lvsd-operators");
  });

  it("three capabilities are all it has and all it can get", () => {
    assert.equal(fact("capabilities"), "0000000000003400 0000000000003400");
  });

  it("serves in real time, its threads and programs after its loop, also when it is renewed", () => {
    assert.equal(fact("real-time"), "SCHED_RR 3, SCHED_RR 1, SCHED_RR 2");
    assert.equal(fact("renewed-real-time"), "SCHED_RR 3, SCHED_RR 1");
  });

  it("systemctl reload puts the changed file into force", () => {
    within("reloaded", 2000);
  });

  it("kill -9 frees the addresses at once, and the daemon comes back and takes them again", (t) => {
    t.diagnostic(`addresses free after ${fact("killed")} ms`);
    within("killed", 1000);
    assert.match(fact("own-address"), /^\d[\d.]+\/\d+ 1$/, "and no address that is no VIP");
    within("again", 5000);
    within("held-again", 10_000);
  });

  it("a daemon that is stopped is ended by the watchdog, which frees the addresses", (t) => {
    t.diagnostic(`addresses free after ${fact("stopped")} ms`);
    // WatchdogSec=2s, and the time that the clean-up takes on this slow kernel.
    within("stopped", 4000);
    within("again-after-stop", 10_000);
  });

  it("systemctl restart is another process that adopts address and table, which never go", () => {
    assert.equal(fact("restarted"), "active another held 1");
    within("restarted-active", 10_000);
    assert.equal(fact("restarted-lost"), "0");
    within("restarted-permanent", 3000);
    assert.equal(fact("restarted-files"), "lvsd.sock release.batch");
  });

  it("systemctl restart with a file that is invalid goes on with the last good one", () => {
    assert.match(fact("bad-restart"), /^active \d+$/);
    within("after-bad-restart", 10_000);
  });

  it("lvsd restart keeps process number and addresses, and systemd's watchdog is fed again", () => {
    assert.equal(fact("renewed"), "0 same active held");
    assert.equal(fact("renewed-watched"), "same lvsd.sock release.batch");
  });

  it("systemctl stop ends well and leaves no address, no table and no file", () => {
    assert.equal(fact("end-status"), "success inactive");
    assert.equal(fact("end-held"), "no");
    assert.equal(fact("end-table"), "0");
    assert.equal(fact("end-files"), "");
  });

  it("make uninstall stops it and leaves the operator's files and nothing else", () => {
    assert.equal(fact("uninstalled"), "0 inactive");
    assert.equal(
      fact("left"),
      "/etc/lvsd /etc/lvsd/lvsd.yaml /etc/lvsd/live/lvsd.yaml /var/lib/lvsd",
    );
  });
});
