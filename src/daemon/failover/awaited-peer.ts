/**
 * A router that is to claim nothing until it has heard its peer: the other router of the pair still
 * runs another program (keepalived, for instance) that holds the VIPs and does not speak to lvsd.
 * `lvsd takeover-from` leaves the file that says so; it outlives restarts and reboots.
 *
 * The wait is over when the peer is heard, or when no machine answers for any VIP any more: then
 * the other router has died with what it ran.
 */
import { join } from "node:path";
import type { Config } from "../../config/config.ts";
import { messageOf } from "../../model/error.ts";
import type { EventBody } from "../../model/event.ts";
import type { Role } from "../../model/router.ts";
import { readBounded, removeFile } from "../../system/file/files.ts";
import type { Interface } from "../../system/ip/ip.ts";
import type { GatewayProbe } from "../../system/net/gateway-probe.ts";
import { awaitedPeerFile } from "../../system/process/left-words.ts";
import { linkTo } from "./arbiter.ts";

export interface AwaitedPeerParts {
  readonly stateDir: string;
  readonly openProbe: () => GatewayProbe;
  readonly report: (event: EventBody) => void;
  readonly running: () => { readonly config: Config; readonly role: Role };
}

/** How often those who hold the VIPs are asked for. */
const askEveryMs = 500;
/** VRRP itself takes 3 to 4 s at its defaults to notice a death. */
const silenceMax = 8;
/** Where no answer came since the link is up: spanning tree may block a port for 30 s (802.1D). */
const firstSilenceMax = 80;

function isThere(path: string): boolean {
  try {
    return readBounded(path, 1000) !== null;
  } catch {
    // It is there, whoever may read it.
    return true;
  }
}

export class AwaitedPeer {
  readonly #parts: AwaitedPeerParts;
  readonly #over = Promise.withResolvers<void>();
  readonly #path: string;
  #waits: boolean;
  #probe: GatewayProbe | null = null;
  #asking: NodeJS.Timeout | null = null;
  #silent = 0;
  /** Some machine has answered since the links are up. */
  #wasHeard = false;
  #vips = 0;
  /** A link by which VIPs are asked for carries nothing now. */
  #isDeaf = false;
  #closed = false;

  constructor(parts: AwaitedPeerParts) {
    this.#parts = parts;
    this.#path = join(parts.stateDir, awaitedPeerFile);
    this.#waits = isThere(this.#path);
    if (!this.#waits) this.#over.resolve();
  }

  get waits(): boolean {
    return this.#waits;
  }

  /** Resolves when the wait is over; at once where there is none. */
  get over(): Promise<void> {
    return this.#over.promise;
  }

  /** Begins to ask who holds the VIPs, from these interfaces; again where they have changed. */
  look(interfaces: readonly Interface[]): void {
    if (!this.#waits || this.#closed) return;
    const { config, role } = this.#parts.running();
    const vips = config.vips.map(({ prefix: { address } }) => ({
      address,
      link: linkTo(address, config, role, interfaces),
    }));
    if (vips.length === 0) return;
    this.#vips = vips.length;
    const used = interfaces.filter(({ index }) => vips.some(({ link }) => link?.index === index));
    this.#isDeaf = used.some(({ up, carrier }) => !up || !carrier);
    try {
      this.#probe ??= this.#parts.openProbe();
      this.#probe.aim(vips);
      this.#asking ??= setInterval(() => this.#ask(), askEveryMs);
    } catch (thrown) {
      const text = `whoever holds the VIPs is not asked: ${messageOf(thrown)}`;
      this.#parts.report({ event: "machine", kind: "failed", text });
    }
  }

  /** The peer is heard. */
  heard(): void {
    this.#end("the peer is heard");
  }

  begin(): void {
    if (!this.#waits) return;
    const text =
      "claims nothing until its peer is heard, or nobody answers for the VIPs: the other router is still to be taken over";
    this.#parts.report({ event: "process", kind: "awaits-peer", text });
  }

  close(): void {
    this.#closed = true;
    if (this.#asking !== null) clearInterval(this.#asking);
    this.#asking = null;
    this.#probe?.close();
    this.#probe = null;
  }

  /** Where no machine can be asked, silence says nothing about who holds the VIPs. */
  #ask(): void {
    try {
      const answered = this.#probe?.look() === true;
      this.#wasHeard = (this.#wasHeard || answered) && !this.#isDeaf;
      this.#silent = answered ? 0 : this.#silent + 1;
      const most = this.#wasHeard ? silenceMax : firstSilenceMax;
      if (this.#silent >= most) this.#end("no machine answers for the VIPs any more");
      else if ((this.#probe?.ask().length ?? 0) >= this.#vips || this.#isDeaf) this.#silent = 0;
    } catch {
      this.#silent = 0;
    }
  }

  #end(why: string): void {
    if (!this.#waits) return;
    this.#waits = false;
    this.close();
    try {
      removeFile(this.#path);
    } catch (thrown) {
      const text = `the next process will wait for the peer again: ${messageOf(thrown)}`;
      this.#parts.report({ event: "machine", kind: "failed", text });
    }
    this.#parts.report({ event: "process", kind: "awaits-peer", text: `the wait is over: ${why}` });
    this.#over.resolve();
  }
}
