/** Which request becomes which order, and that none passes where there is no part to take it. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Refusal } from "../../../src/control/api.ts";
import type { MaintenancePart } from "../../../src/daemon/maintenance/maintenance-part.ts";
import { type Checking, ServerRequests } from "../../../src/daemon/maintenance/server-requests.ts";

const refusal: Refusal = { ok: false, problems: [] } as unknown as Refusal;

/** Keeps what it is asked, in place of the part. */
class Asked extends ServerRequests {
  readonly orders: unknown[] = [];

  protected override maintenance(): MaintenancePart | Refusal {
    const part: Pick<MaintenancePart, "order" | "drainReport"> = {
      order: async (...order) => {
        this.orders.push(order);
        return { done: true } as never;
      },
      drainReport: (given) => ({ given }) as never,
    };
    return part as MaintenancePart;
  }

  protected override checking(): Checking | Refusal {
    return refusal;
  }
}

class Absent extends ServerRequests {
  protected override maintenance = (): Refusal => refusal;
  protected override checking = (): Refusal => refusal;
}

const server = { virtualServer: "web", realServer: "rs1", by: "ada" };
const every = { virtualServer: "web", by: "ada" };

describe("a request about a server", () => {
  it("is the order of its name, for this router unless it says for both, in its user's name", async () => {
    const asked = new Asked();
    await asked.drainRealServer(server as never);
    await asked.disableRealServer({ ...server, everywhere: true } as never);
    await asked.enableRealServer(server as never);
    await asked.disableVirtualServer(every as never);
    await asked.enableVirtualServer(every as never);
    const order = { virtualServer: "web", realServer: "rs1", everywhere: false };
    assert.deepEqual(asked.orders, [
      [{ ...order, kind: "drain" }, "ada"],
      [{ ...order, everywhere: true, kind: "disable" }, "ada"],
      [{ ...order, kind: "enable" }, "ada"],
      [{ ...order, realServer: null, kind: "disable" }, "ada"],
      [{ ...order, realServer: null, kind: "enable" }, "ada"],
    ]);
  });

  it("is refused, whichever it is, where there is no configuration", async () => {
    const absent = new Absent();
    const answers = await Promise.all([
      absent.drainRealServer(server as never),
      absent.disableVirtualServer(every as never),
      absent.drainProgress(server as never),
      absent.probeRealServer(server as never),
      absent.probeVirtualServer(every as never),
    ]);
    assert.deepEqual(new Set(answers), new Set([refusal]));
  });
});
