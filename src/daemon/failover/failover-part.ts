/**
 * Failover as a part of the daemon: the engine with its performers, what it is to know of the other
 * parts (faults, what is missing), and the ways by which it hears of the peer.
 */
import { randomBytes } from "node:crypto";
import { isDeepStrictEqual } from "node:util";
import type { Config } from "../../config/config.ts";
import type { Start } from "../../failover/protocol.ts";
import type { Router } from "../../failover/router.ts";
import { sealOf } from "../../heartbeat/header.ts";
import type { BootId, Message } from "../../heartbeat/message.ts";
import { isOlder, refusal } from "../../heartbeat/peer.ts";
import { type Fault, faultKinds } from "../../model/router.ts";
import { ms } from "../../model/time.ts";
import type { Interface } from "../../system/ip/ip.ts";
import type { Running } from "../config/running.ts";
import type { ConnectionsPart } from "../connections/connections-part.ts";
import type { Nannies } from "../health/nannies.ts";
import type { SharedDigest } from "../maintenance/shared-digest.ts";
import type { Part, PartContext } from "../part.ts";
import type { Succession } from "../restart/succession.ts";
import type { FailoverServices } from "../services/failover-services.ts";
import type { Vips } from "../vips/vips.ts";
import { waitAtMost } from "../wait-at-most.ts";
import { Arbiter } from "./arbiter.ts";
import { AwaitedPeer } from "./awaited-peer.ts";
import { claimAfterIntake } from "./claim-after-intake.ts";
import { Engine } from "./engine.ts";
import { Fence } from "./fence.ts";
import { Heartbeat } from "./heartbeat.ts";
import { letGo } from "./letting-go.ts";
import { PeerNews } from "./peer-news.ts";
import { rulesOf } from "./rules.ts";

/** Requests of operators that the failover machine answers. */
export interface Answers {
  readonly answer: (request: number, why: string | null) => void;
  readonly stopped: () => void;
}

export interface FailoverPartNeeds {
  /** Whether VIPs of the configuration are in the kernel already. */
  readonly found: Start["found"];
  readonly answers: Answers;
  /** Every part, this one included: their faults, and what they wait for. */
  readonly parts: () => readonly Part[];
  readonly vips: Vips;
  readonly nannies: Nannies;
  /** What heartbeats carry for other parts. */
  readonly replication: Pick<SharedDigest, "digest" | "heard">;
  /** What of this router the peer compares with its own. */
  readonly findings: () => Pick<Message, "reach" | "unserved">;
  readonly connections: ConnectionsPart;
  readonly services: FailoverServices;
  readonly succession: Succession;
}

/** How long a starting router waits for the first round of checks before it may hold the VIPs. */
const firstRoundMax = ms(1000);

export class FailoverPart implements Part {
  readonly engine: Engine;
  readonly heartbeat: Heartbeat;
  readonly fence: Fence;
  readonly peerNews: PeerNews;
  readonly #context: PartContext;
  readonly #needs: FailoverPartNeeds;
  readonly #arbiter: Arbiter;
  readonly #awaited: AwaitedPeer;
  #faults: readonly Fault[] = [];
  #missing: string | null = null;
  #ready = false;
  #protocolSaid: Config["heartbeat"]["protocol"] = "lvsd";

  constructor(context: PartContext, needs: FailoverPartNeeds) {
    this.#context = context;
    this.#needs = needs;
    const { doors, faultsChanged } = context;
    const { report, now, openGatewayProbe } = doors;
    this.peerNews = new PeerNews(now());
    this.fence = new Fence({ run: doors.runCommand, report, now });
    this.#arbiter = new Arbiter({ openProbe: openGatewayProbe, report, faultsChanged });
    this.#awaited = new AwaitedPeer({
      stateDir: doors.stateDir,
      openProbe: openGatewayProbe,
      report,
      running: context.running,
    });
    this.heartbeat = this.#buildHeartbeat();
    this.engine = this.#buildEngine();
  }

  async configure(next: Running, before: Running | null): Promise<void> {
    this.#arbiter.configure(next.config, next.role);
    // At the start, the other parts work before the peer is spoken to.
    if (before === null) return;
    await this.#openHeartbeat();
    this.engine.input({ kind: "rules", rules: rulesOf(next) });
  }

  /** Begins to speak and to decide; the VIPs may be held once the first round of checks is over. */
  async start(): Promise<void> {
    await this.#openHeartbeat();
    this.engine.begin();
    this.engine.input({ kind: "faults", faults: this.#faults });
    this.#awaited.begin();
    const firstRound = waitAtMost(this.#needs.nannies.firstRound(), firstRoundMax);
    void Promise.all([firstRound, this.#awaited.over]).then(() => {
      this.#ready = true;
      this.engine.input({ kind: "ready" });
    });
  }

  interfacesRead(interfaces: readonly Interface[]): void {
    this.#arbiter.look(interfaces);
    this.#awaited.look(interfaces);
  }

  stepped(router: Router): void {
    this.peerNews.stepped(router, router.steppedAt ?? this.#context.doors.now());
    if (router.peerAlive && this.#awaited.waits) this.#awaited.heard();
    this.missingChanged();
  }

  faults(): readonly Fault[] {
    return this.#arbiter.faults();
  }

  missing(): string | null {
    if (this.#ready) return null;
    return this.#awaited.waits
      ? "the peer, which is still to be taken over"
      : "the first round of checks";
  }

  async close(): Promise<void> {
    this.engine.close();
    this.#arbiter.close();
    this.#awaited.close();
    this.fence.close();
    await this.heartbeat.close();
  }

  /** Gives the machine all parts' faults, the gravest first, when they are others than before. */
  faultsChanged(): void {
    const faults = this.#needs
      .parts()
      .flatMap((part) => part.faults?.() ?? [])
      .sort((a, b) => faultKinds.indexOf(a.kind) - faultKinds.indexOf(b.kind));
    if (isDeepStrictEqual(faults, this.#faults)) return;
    this.#faults = faults;
    this.engine.input({ kind: "faults", faults });
  }

  /**
   * Gives the machine what a failback waits for: one thing at a time, that of the last part first.
   */
  missingChanged(): void {
    const missing = this.#needs.parts().reduceRight(missingOf, null as string | null);
    if (missing === this.#missing) return;
    this.#missing = missing;
    this.engine.input({ kind: "whole", missing });
  }

  async #openHeartbeat(): Promise<void> {
    const { config, role, keys } = this.#context.running();
    this.#sayProtocol(config);
    await this.heartbeat.configure(config, role, sealOf(keys));
  }

  /** Once for each protocol that takes anybody's word. */
  #sayProtocol({ heartbeat: { protocol }, routers }: Config): void {
    const isNew = protocol !== this.#protocolSaid;
    this.#protocolSaid = protocol;
    if (!isNew || protocol === "lvsd" || routers.backup === null) return;
    const until = protocol === "auto" ? ", until the peer is heard in lvsd's own" : "";
    const text = `heartbeat.protocol is ${protocol}: Piranha's pulse is believed${until}, which nothing authenticates`;
    this.#context.doors.report({ event: "heartbeat", kind: "unauthenticated", text });
  }

  #buildHeartbeat(): Heartbeat {
    const { openHeartbeatPath, report, now } = this.#context.doors;
    const { replication } = this.#needs;
    return new Heartbeat({
      open: openHeartbeatPath,
      input: (input, at) => this.engine.input(input, at),
      report,
      now,
      known: (header, path) => refusal(this.engine.router.peer, path, header),
      isOlder: (header) => isOlder(this.engine.router.peer, header),
      leads: (boot) => this.engine.router.peer.boot === boot || !this.engine.router.peerAlive,
      digest: () => replication.digest(),
      findings: this.#needs.findings,
      // Strangers have no vote on health either: only the newest word of the proven peer counts.
      heardDigest: (message) => {
        if (this.engine.router.peer.message === message) replication.heard(message);
      },
    });
  }

  #buildEngine(): Engine {
    const { doors, running } = this.#context;
    const { now, openAlarm, report } = doors;
    const { found, answers, parts, vips, connections, services, succession } = this.#needs;
    const boot = randomBytes(8).toString("hex") as BootId;
    const holder = { vips, services, connectionSync: connections.sync };
    return new Engine(
      { rules: rulesOf(running()), boot, found },
      {
        claim: () => claimAfterIntake(connections.sync, () => succession.claim(vips)),
        release: () =>
          succession.release(() =>
            letGo({ ...holder, engine: this.engine, handOver: connections.handOver }),
          ),
        announce: () => vips.announce(),
        keep: (length) => succession.keep(vips, length),
        fence: () => this.fence.run(running().config, running().role),
        probe: () => this.#arbiter.probe(),
        send: (message, word) => this.heartbeat.send(message, word),
        sendWord: (word) => this.heartbeat.sendWord(word),
        report,
        answer: answers.answer,
        refused: (reason, detail) => this.heartbeat.refuse(reason, "peer", detail),
        stopped: answers.stopped,
        stepped: (router) => {
          for (const part of parts()) part.stepped?.(router);
        },
      },
      now,
      openAlarm,
    );
  }
}

const missingOf = (found: string | null, part: Part): string | null =>
  found ?? part.missing?.() ?? null;
