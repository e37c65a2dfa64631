/**
 * Two routers' configurations over the real channel on loopback, with real files; what judges and
 * loads a text is scripted, since the true daemon needs a kernel with IPVS and root.
 */

import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import type { Possessions } from "../../../../src/advice/findings/possessions.ts";
import type { PlanReport } from "../../../../src/control/api.ts";
import { ClusterSync } from "../../../../src/daemon/config/cluster/cluster-sync.ts";
import type {
  Judged,
  JudgeRules,
} from "../../../../src/daemon/config/cluster/cluster-sync-parts.ts";
import { ConfigStore } from "../../../../src/daemon/config/config-store.ts";
import type { Running } from "../../../../src/daemon/config/running.ts";
import { problemElsewhere } from "../../../../src/keys/problem.ts";
import type { EventBody } from "../../../../src/model/event.ts";
import type { Role } from "../../../../src/model/router.ts";
import { eventually as until } from "../../../eventually.ts";

export const first = "# one\nserial: 1\n";
export const rules = { force: false };
const planOf = (changes: PlanReport["changes"]): PlanReport => ({
  ok: true,
  changes,
  settings: [],
  unchanged_services: 0,
  refused: [],
});

export const owned: Possessions = {
  files: { "/etc/lvsd/commands/fence": "0f".repeat(32), "/gone": null },
  networks: { eth0: ["192.168.26.0/24"] },
  clock: 1,
  version: "0.1.0",
  configHash: "0f".repeat(32),
};

export class Side {
  readonly path: string;
  readonly store: ConfigStore;
  sync: ClusterSync;
  readonly events: EventBody[] = [];
  readonly loaded: number[] = [];
  /** By which rules each text was judged. */
  readonly judged: JudgeRules[] = [];
  /** Texts that hold this word are bad here. */
  badWord = "nowhere";
  /** Texts that hold this word are bad too, once this has come. */
  slowly: { readonly word: string; readonly end: Promise<void> } | null = null;
  /** What the included files hold. */
  included = "";
  peer: Side | null = null;
  peerAlive = true;
  running: Running;

  constructor(role: Role, port: number, key: Uint8Array, directory: string) {
    this.path = join(directory, `${role}.yaml`);
    writeFileSync(this.path, first);
    this.store = new ConfigStore(
      this.path,
      join(directory, role),
      () => "2026-01-01T00:00:00.000Z",
    );
    this.running = this.#read(first, role, port, key);
    this.sync = this.#open(role, port, key);
  }

  /** Its process ends and the next one begins. */
  async restart(): Promise<void> {
    const { role, config, keys } = this.running;
    await this.sync.close();
    this.sync = this.#open(role, config.heartbeat.port, keys[0] as Uint8Array);
  }

  #open(role: Role, port: number, key: Uint8Array): ClusterSync {
    return new ClusterSync({
      store: this.store,
      written: () => this.running,
      running: () => this.running,
      judge: async (text, by): Promise<Judged> => {
        this.judged.push(by);
        if (this.slowly !== null && text.includes(this.slowly.word)) {
          await this.slowly.end;
          return { refusal: refusal(`${role} was slow`) };
        }
        if (text.includes(this.badWord)) return { refusal: refusal(`${role} cannot`) };
        return { next: this.#read(text, role, port, key), plan: planOf([]) };
      },
      review: async (text) => {
        if (text.includes(this.badWord)) return refusal(`${role} cannot`);
        const changes = [{ area: "vip", action: "add", subject: role, text: role }] as const;
        return { plan: planOf(changes), objections: [problemElsewhere(`${role} minds`)] };
      },
      lacks: async (text) =>
        text.includes(this.badWord) ? refusal(`${role} cannot`).problems : [],
      possessions: async () => {
        if (this.badWord === "possessions") throw new Error(`${role} cannot read`);
        return { ...owned, version: role };
      },
      load: async (next) => {
        this.running = next;
        this.loaded.push(next.config.serial);
        return [];
      },
      peer: () => ({
        alive: this.peerAlive,
        mark: this.peer === null ? null : markOf(this.peer.running),
      }),
      alone: (work) => work(),
      report: (event) => this.events.push(event),
    });
  }

  get text(): string {
    return readFileSync(this.path, "utf8");
  }

  /** An operator edits the file and reloads it. */
  edit(text: string): void {
    writeFileSync(this.path, text);
    this.running = this.read(text);
  }

  /** What a text would be on this side. */
  read(text: string): Running {
    const { role, config, keys } = this.running;
    return this.#read(text, role, config.heartbeat.port, keys[0] as Uint8Array);
  }

  #read(text: string, role: Role, port: number, key: Uint8Array): Running {
    const config = {
      path: this.path,
      serial: Number(/^serial: (\d+)$/m.exec(text)?.[1]),
      hash: createHash("sha256").update(`${text}${this.included}`).digest("hex"),
      clusterSync: true,
      heartbeat: { keyFile: "/key", port },
      routers: {
        primary: { public: "127.0.0.2", private: null },
        backup: { public: "127.0.0.3", private: null },
      },
    };
    return { role, config, files: [{ path: this.path, text }], keys: [key] } as unknown as Running;
  }
}

export const markOf = ({ config }: Running) => ({
  serial: config.serial,
  hash: config.hash.slice(0, 32),
});

export const refusal = (message: string) =>
  ({ ok: false, fault: "text", problems: [problemElsewhere(message)] }) as const;

export { until };

export async function pair(t: TestContext): Promise<[Side, Side]> {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-sync-"));
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.3", resolve));
  const port = (server.address() as { port: number }).port;
  await new Promise((resolve) => server.close(resolve));
  const key = Uint8Array.from(randomBytes(32));
  const a = new Side("primary", port, key, directory);
  const b = new Side("backup", port, key, directory);
  a.peer = b;
  b.peer = a;
  t.after(async () => {
    await Promise.all([a.sync.close(), b.sync.close()]);
    rmSync(directory, { recursive: true });
  });
  // The listeners come with the first look.
  await until("both listen", () => a.sync.listening && b.sync.listening);
  return [a, b];
}
