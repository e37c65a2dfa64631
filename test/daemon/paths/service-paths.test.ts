/** How a check that asks for the service is led, and when it goes straight instead. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Endpoint } from "../../../src/checks/target.ts";
import { triedChecks } from "../../../src/config/config.ts";
import { withPaths } from "../../../src/config/forwarding/paths.ts";
import type { PartContext } from "../../../src/daemon/part.ts";
import { ServicePaths } from "../../../src/daemon/paths/service-paths.ts";
import type { Router } from "../../../src/failover/router.ts";
import { addMs, type Instant, instant, ms, seconds } from "../../../src/model/time.ts";
import type { Interface } from "../../../src/system/ip/ip.ts";
import { privateTable } from "../../../src/table/private-services.ts";
import { config, realServer, tcpCheck, virtualServer } from "../../table/configs.ts";
import { address } from "../../table/tables.ts";

const carried = { ...tcpCheck({ timeout: ms(100) }), via: null };

interface Given {
  readonly forwarding?: "nat" | "direct";
  readonly acceptLocal?: string;
  readonly inKernel?: boolean;
  readonly state?: string;
  readonly vip?: string;
  /** What the peer says of itself; left out: it is not heard. */
  readonly peer?: string;
}

/** What one try of `web/rs1` comes to, and where it went. */
async function tried(given: Given = {}, waited = seconds(10)) {
  const { forwarding = "nat", acceptLocal = "0", inKernel = true, state = "active" } = given;
  const vip = address(given.vip ?? "192.0.2.10");
  const real = realServer("rs1", { check: carried, forwarding });
  const whole = config(virtualServer("web", { address: vip, realServers: [real] }));
  const running = { ...whole, virtualServers: withPaths(whole.virtualServers) };
  let now: Instant = instant(0);
  const went: Endpoint[] = [];
  const context = {
    doors: {
      now: () => now,
      sysctl: { read: () => acceptLocal },
      runCheck: async (_check: unknown, endpoint: Endpoint) => {
        went.push(endpoint);
        return { kind: "passed", took: ms(1) };
      },
    },
    running: () => ({
      config: running,
      role: "primary",
      vips: [{ prefix: { address: vip, length: 24 }, device: "eth0", label: null }],
    }),
  } as unknown as PartContext;
  const paths = new ServicePaths(context, () =>
    inKernel ? (privateTable(running) as never) : null,
  );
  const own = (text: string, source = true) => ({
    prefix: { address: address(text), length: 24 },
    source,
    tentative: false,
    expires: false,
    label: null,
  });
  const addresses = [own("192.0.2.10"), own("192.0.2.77"), own("192.0.2.9")];
  paths.interfacesRead([{ name: "eth0", addresses }] as unknown as Interface[]);
  const peer = { message: { state: given.peer } };
  const heard = given.peer === undefined ? {} : { peerAlive: true, dialect: "lvsd", peer };
  paths.stepped({ state, ...heard } as unknown as Router);
  now = addMs(now, waited);
  const [check] = triedChecks(running.virtualServers[0]?.realServers[0]?.check ?? { type: "none" });
  assert.ok(check !== undefined);
  const signal = new AbortController().signal;
  const ending = paths.run(check, { address: real.address, port: 80 }, signal);
  // A clock that stands still would wait for ever for a service that never comes.
  const ticking = setInterval(() => {
    now = addMs(now, ms(20));
  }, 5);
  const end = await ending;
  clearInterval(ticking);
  return { end, path: went[0]?.path, went };
}

describe("a check through the service", () => {
  it("bears its mark, to the VIP, from an own address on the VIP's device", async () => {
    const { path } = await tried();
    assert.equal(path?.vip, "192.0.2.10");
    assert.equal(path?.source, "192.0.2.9", "the router's own, of those that are there");
    assert.equal(path?.port, 80);
  });

  it("goes straight on a router that is not active, or not for long", async () => {
    for (const { went, path } of [await tried({ state: "standby" }), await tried({}, seconds(2))]) {
      assert.equal(went.length, 1);
      assert.equal(path, undefined);
    }
  });

  it("is this router's own trouble while the kernel has no service for it", async () => {
    const { end, went } = await tried({ inKernel: false });
    assert.equal(went.length, 0);
    assert.equal(end.kind === "failed" && end.reason, "local");
    assert.match(end.kind === "failed" ? end.why : "", /the kernel has no fwmark \d+$/);
  });

  it("is its own trouble where the kernel would drop what the VIP answers", async () => {
    const { end } = await tried({ forwarding: "direct" });
    assert.match(
      end.kind === "failed" ? end.why : "",
      /net\.ipv4\.conf\.eth0\.accept_local is not 1/,
    );
    const taken = await tried({ forwarding: "direct", acceptLocal: "1" });
    assert.equal(taken.end.kind, "passed");
  });

  it("is tried straight by the standby, which lacks what it would lack as the active router", async () => {
    const standby = { state: "standby", peer: "active" };
    const { end, path, went } = await tried(standby);
    assert.deepEqual([end.kind, path, went.length], ["passed", undefined, 1]);
    for (const lacking of [{ forwarding: "direct" }, { inKernel: false }] as const) {
      const local = await tried({ ...standby, ...lacking });
      assert.equal(local.end.kind === "failed" && local.end.reason, "local");
      const alone = await tried({ state: "standby", peer: "standby", ...lacking });
      assert.equal(alone.end.kind, "passed", "with no active router its own tries are believed");
    }
  });

  it("needs an address of the VIP's family", async () => {
    const { end } = await tried({ vip: "2001:db8::10" });
    assert.match(end.kind === "failed" ? end.why : "", /no IPv6 address of its own$/);
  });
});
