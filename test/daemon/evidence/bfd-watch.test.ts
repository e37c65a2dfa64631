import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { BfdSettings } from "../../../src/checks/bfd/bfd-end.ts";
import type { BfdChanged } from "../../../src/checks/bfd/bfd-sessions.ts";
import type { Check, RealServer } from "../../../src/config/config.ts";
import { BfdWatch } from "../../../src/daemon/evidence/bfd-watch.ts";
import type { EventBody } from "../../../src/model/event.ts";
import { ms, seconds } from "../../../src/model/time.ts";
import { config, realServer, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const check: Extract<Check, { readonly type: "bfd" }> = {
  type: "bfd",
  interval: seconds(2),
  timeout: seconds(2),
  fall: 2,
  rise: 1,
  address: null,
  minTx: ms(50),
  minRx: ms(50),
  multiplier: 3,
  passive: false,
  maxHops: 0,
  adminDown: "down",
};

const asked = (name: string, at: string, changes: Partial<RealServer> = {}): RealServer =>
  realServer(name, { address: address(at), check, ...changes });

function watch() {
  const held: (readonly BfdSettings[])[] = [];
  const reports: EventBody[] = [];
  const hurried: string[] = [];
  let changed: BfdChanged = () => assert.fail("nothing is held");
  const made = new BfdWatch({
    sessions: {
      hold(all, hear) {
        held.push(all);
        changed = hear;
      },
    },
    report: (event) => reports.push(event),
    async hurry(key) {
      hurried.push(key);
      return "failed";
    },
  });
  return {
    made,
    held,
    reports,
    hurried,
    change: (...how: Parameters<BfdChanged>) => changed(...how),
  };
}

describe("the sessions that checks ask about", () => {
  it("are held once for each address, those of what is out of service not at all", () => {
    const { made, held } = watch();
    made.configure(
      config(
        virtualServer("web", {
          realServers: [
            asked("rs1", "10.0.0.1"),
            asked("rs2", "10.0.0.2", { check: { ...check, address: address("10.0.0.9") } }),
            asked("off", "10.0.0.3", { active: false }),
            realServer("tcp"),
          ],
        }),
        virtualServer("shop", { realServers: [asked("rs1", "10.0.0.1")] }),
        virtualServer("closed", { active: false, realServers: [asked("rs1", "10.0.0.4")] }),
      ),
    );
    assert.deepEqual(
      held.at(-1)?.map((settings) => settings.address),
      ["10.0.0.1", "10.0.0.9"],
    );
    made.configure(config(virtualServer("web", { realServers: [realServer("tcp")] })));
    assert.deepEqual(held.at(-1), []);
  });

  it("start the checks of all who ask about one that stands otherwise", () => {
    const { made, reports, hurried, change } = watch();
    const servers = (...names: readonly string[]) =>
      names.map((name) => virtualServer(name, { realServers: [asked("rs1", "10.0.0.1")] }));
    made.configure(config(...servers("web", "shop")));
    change("single 10.0.0.1", "down", "no packet for 150 ms (detect time)");
    change("single 10.0.0.1", "up", "no packet for 150 ms (detect time)");
    change("single 10.0.0.2", "up", "it is nobody's");
    const text = (how: string) => ({
      event: "check",
      kind: "session",
      real_server: "web/rs1",
      text: `bfd 10.0.0.1: ${how}`,
    });
    assert.deepEqual(reports, [
      text("no packet for 150 ms (detect time)"),
      text("the session is up"),
    ]);
    assert.deepEqual(hurried, ["web/rs1", "shop/rs1", "web/rs1", "shop/rs1"]);
  });
});
