/**
 * Host names of real servers, resolved by Debian's knot: two routers' parts, each with its disk.
 */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it, type TestContext } from "node:test";
import type { Running } from "../../../../src/daemon/config/running.ts";
import type { Doors } from "../../../../src/daemon/doors.ts";
import { NamesPart } from "../../../../src/daemon/names/names-part.ts";
import type { Router } from "../../../../src/failover/router.ts";
import type { HostName } from "../../../../src/model/address.ts";
import type { EventBody } from "../../../../src/model/event.ts";
import { resolverWith } from "../../../../src/system/names/resolver.ts";
import { now } from "../../../../src/system/process/clock.ts";
import { config, realServer, virtualServer } from "../../../table/configs.ts";
import { freePort, ServerProgram, Workshop } from "../../checks/server-program.ts";

const workshop = new Workshop();
after(() => workshop.remove());

const head = "$ORIGIN example.org.\n$TTL 1\n@ SOA ns1 hostmaster 7 3600 600 86400 1\n@ NS ns1\n";

class Knot {
  readonly port: number;
  program: ServerProgram | null = null;

  constructor(port: number) {
    this.port = port;
  }

  async serve(...records: readonly string[]): Promise<void> {
    await this.program?.stop();
    workshop.file("example.org.zone", `${head}${records.join("\n")}\n`);
    const file = workshop.file(
      "knot.conf",
      `server:
    listen: 127.0.0.1@${this.port}
    rundir: ${workshop.folder("run")}
database:
    storage: ${workshop.folder(`db-${Math.round(performance.now())}`)}
zone:
  - domain: example.org
    file: ${workshop.path}/example.org.zone
`,
    );
    const args = ["-c", file];
    this.program = await ServerProgram.start({ command: "knotd", args, port: this.port, workshop });
  }
}

const template = realServer("rs1", { port: 80 });
const { address: _address, ...named } = template;
const web = virtualServer("web", {
  namedServers: [{ ...named, host: "app.example.org" as HostName }],
});
const running = { config: config(web), vips: [], role: "primary" } as unknown as Running;

/** One router's part. `peer`: what it hears of the other one. */
class Side {
  readonly events: EventBody[] = [];
  readonly dir: string;
  changes = 0;
  part: NamesPart;
  readonly #servers: readonly string[];

  constructor(t: TestContext, servers: readonly string[]) {
    this.dir = mkdtempSync(join(tmpdir(), "lvsd-names-"));
    this.#servers = servers;
    this.part = this.#make();
    t.after(async () => {
      await this.part.close();
      rmSync(this.dir, { recursive: true, force: true });
    });
  }

  get servers(): string[] {
    return this.part
      .under(running)
      .config.virtualServers.flatMap(({ realServers }) => realServers.map(({ name }) => name));
  }

  /** As after a restart, with a resolver that does not answer. */
  async again(servers: readonly string[]): Promise<void> {
    await this.part.close();
    this.part = this.#make(servers);
  }

  #make(servers = this.#servers): NamesPart {
    const doors = {
      stateDir: this.dir,
      now,
      wallClock: () => new Date().toISOString(),
      report: (event: EventBody) => this.events.push(event),
      resolve: resolverWith({ servers, hosts: "/nonexistent" }),
    } as unknown as Doors;
    const unused = (): never => assert.fail("not for this part");
    return new NamesPart(
      { doors, running: unused, faultsChanged: unused, missingChanged: unused },
      {
        changed: async () => {
          this.changes += 1;
        },
        learned: () => {},
      },
    );
  }
}

async function until(what: string, holds: () => boolean): Promise<void> {
  for (const end = performance.now() + 15_000; performance.now() < end; ) {
    if (holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  assert.fail(`never: ${what}`);
}

const active = { state: "active", peerAlive: false } as unknown as Router;
/** Of an active peer that is heard. */
const standby = {
  state: "standby",
  peerAlive: true,
  dialect: "lvsd",
  peer: { message: { state: "active" } },
} as unknown as Router;

describe("host names of real servers against knotd", { timeout: 90_000 }, () => {
  it("follow their answers, outlive a name server and a restart, and are the same on both", async (t) => {
    const knot = new Knot(await freePort());
    t.after(() => knot.program?.stop());
    const servers = [`127.0.0.1:${knot.port}`];
    await knot.serve("app A 10.0.0.10", "app A 10.0.0.9", "app AAAA 2001:db8::1");
    const side = new Side(t, servers);
    side.part.stepped(active);
    assert.deepEqual(side.servers, [], "nothing waits for an answer");
    side.part.configure(running);
    await until("two servers", () => side.servers.length === 2);
    assert.deepEqual(side.servers, ["rs1@10.0.0.9", "rs1@10.0.0.10"]);
    assert.equal(side.changes, 1);
    assert.deepEqual(side.part.status().names[0]?.source, "resolver");

    await knot.serve("app A 10.0.0.9", "app A 10.0.0.11");
    await until("another one", () => side.servers.includes("rs1@10.0.0.11"));
    assert.deepEqual(side.servers, ["rs1@10.0.0.9", "rs1@10.0.0.11"]);

    await knot.serve("other A 10.0.0.1");
    await until("no such name", () => side.part.status().names[0]?.last_error !== null);
    assert.deepEqual(side.servers, ["rs1@10.0.0.9", "rs1@10.0.0.11"]);
    assert.match(side.part.status().names[0]?.last_error ?? "", /ENOTFOUND/);

    const said = side.part.status().names[0]?.answered ?? assert.fail("it says when");
    await knot.program?.stop();
    await side.again(servers);
    assert.deepEqual(side.servers, ["rs1@10.0.0.9", "rs1@10.0.0.11"], "from the disk");
    side.part.configure(running);
    await until("no answer", () => side.part.status().names[0]?.last_error !== null);
    assert.deepEqual(side.servers, ["rs1@10.0.0.9", "rs1@10.0.0.11"]);
    assert.deepEqual(side.part.status().names[0]?.source, "disk");
    assert.ok(
      Math.abs(Date.parse(side.part.status().names[0]?.answered ?? "") - Date.parse(said)) < 50,
      "the answer is as old as it was before the restart",
    );

    // The standby has other answers, and goes by what the active router says.
    await knot.serve("app A 10.0.0.66");
    const other = new Side(t, servers);
    other.part.configure(running);
    await until("its own", () => other.servers.includes("rs1@10.0.0.66"));
    await side.part.close();
    const facts = side.part.facts();
    assert.equal(facts.length, 1);
    for (const fact of facts) other.part.heard(fact);
    assert.deepEqual(other.servers, ["rs1@10.0.0.66"], "not while it is no standby");
    other.part.stepped(standby);
    for (const fact of facts) other.part.heard(fact);
    assert.deepEqual(other.servers, ["rs1@10.0.0.9", "rs1@10.0.0.11"]);
    assert.equal(other.part.status().names[0]?.source, "peer");
    // After a takeover they stay until an own answer holds.
    other.part.stepped(active);
    assert.deepEqual(other.servers, ["rs1@10.0.0.9", "rs1@10.0.0.11"]);
    await until("its own again", () => other.servers.includes("rs1@10.0.0.66"));
  });
});
