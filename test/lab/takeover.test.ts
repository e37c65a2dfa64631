/**
 * `lvsd takeover-from keepalived` under systemd: Debian's keepalived with its own unit, lvsd as
 * `make install` leaves it. Whatever ends the takeover on its way, one of the two serves. Of a pair
 * see the scenario takeover-from-keepalived.
 */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { factsOf } from "./guest/facts.ts";

describe("lvsd takes keepalived's place under systemd", () => {
  const { fact, printed } = factsOf("takeover-side.sh");
  const isFact = (name: string, value: string | RegExp): void => {
    const seen = fact(name);
    const fits = typeof value === "string" ? seen === value : value.test(seen);
    assert.ok(fits, `${name}: ${seen}, not ${value}\n${printed()}`);
  };
  const entry = "-a -t 192.0.2.10:80 -r 192.0.2.21:80 -g -w 3;";
  const table = `-A -t 192.0.2.10:80 -s wrr;${entry}`;
  const asBefore = "active enabled inactive disabled same S held";
  /** With this status; a unit that did not come up has failed, to systemd, until it is forgotten. */
  const asBeforeBut = (status: number): RegExp =>
    new RegExp(`^${status} ${asBefore.replace("inactive", "(?:inactive|failed)")}$`);

  it("keepalived serves, and check --here names it instead of deleting its address", () => {
    isFact("import", "3"); // a real server without a check is suspicious
    isFact("keepalived-holds", /^\d+$/);
    isFact("names", "keepalived keepalived_lvs keepalived_vrrp");
    isFact("before", `active enabled inactive disabled ${table}`);
    isFact("check", "1 0 keepalived (process PID) runs here");
  });

  it("a dry run touches nothing", () => isFact("dry-run", `0 ${asBefore}`));

  it("a unit that does not come up leaves keepalived as it was", () =>
    isFact("failing", asBeforeBut(1)));

  it("an interrupt while the unit starts does, too, at once, and a second one changes nothing", () => {
    isFact("frozen", /^\d+$/);
    isFact("still-frozen", "T");
    isFact("interrupted", asBeforeBut(1));
    // Not the 30 s that the unit is given.
    isFact("interrupted-why", "the takeover was interrupted");
  });

  it("when the command is killed meanwhile, lvsd serves once it is up, and keepalived is ended", () => {
    isFact("killed", /^137 activating \d+ \d+$/);
    isFact("killed-state", `held ${table} enabled masked-runtime`);
    isFact("again", /^\d+$/);
  });

  it("keepalived is gone for good also where its unit cannot be masked, and that is said", () => {
    isFact("unmaskable", /^[01](?: systemctl mask --runtime keepalived\.service)?$/);
    isFact(
      "unmaskable-units",
      new RegExp(`^(?:inactive|failed) \\S+ active enabled 0 held ${table}$`),
    );
  });

  it("taken over: keepalived is masked until the boot and disabled, lvsd enabled", () => {
    isFact("once-more", /^\d+ active enabled inactive disabled$/);
    isFact("taken", "0 inactive masked-runtime active enabled held");
    isFact("taken-table", table);
    isFact("masked", "masked 0");
    isFact("failed-units", "0");
  });

  it("the address is never without a holder", () => {
    isFact("killed-lost", "0");
    isFact("lost", "0");
  });

  it("the documented way back leads to keepalived", () =>
    isFact("back", /^\d+ active enabled inactive disabled$/));
});
