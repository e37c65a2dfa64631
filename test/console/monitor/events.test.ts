import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { LvsdEvent } from "../../../src/model/event.ts";
import { sampleStatus } from "../../control/sample.ts";
import { serveConsole, visitorAs } from "../served-console.ts";

const poisonedEvent = (evil: string): object => ({
  at: `2026-01-01T00:00:00.000Z${evil}`,
  severity: "info",
  message: `x${evil}`,
  event: "state",
  kind: "changed",
  from: "standby",
  to: "active",
  cause: evil,
});

describe("the log of events", () => {
  it("show markup in every text of the daemon as text", async (t) => {
    const served = await serveConsole(t);
    const evil = `"><script>alert(1)</script><img src=x onerror='alert(1)'>`;
    const poisoned = JSON.parse(JSON.stringify(sampleStatus), (_, value: unknown) =>
      typeof value === "string" && !/^\d{4}-/.test(value) ? `${value}${evil}` : value,
    );
    // Words that choose what is shown stay what they are.
    served.daemon.current = { ...poisoned, role: "primary", state: `active${evil}` };
    served.daemon.known = [
      { ...(poisonedEvent(evil) as LvsdEvent) },
      { ...(poisonedEvent(`' onmouseover='alert(1)`) as LvsdEvent) },
    ];
    const visitor = await visitorAs(served, "admin");
    const { text } = await visitor.get(`/control?find=${encodeURIComponent(evil.slice(0, 40))}`);
    const whole = (await visitor.get("/control")).text;
    for (const page of [text, whole]) {
      assert.doesNotMatch(page, /<script>alert|<img src=x|onmouseover='alert/);
      assert.match(page, /&lt;script&gt;/);
    }
    const login = await visitor.post("/login", { user: evil, password: "x", to: evil });
    assert.doesNotMatch(login.text, /<script>alert|<img/);
  });
});
