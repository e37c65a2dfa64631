/**
 * The ways to the peer's configuration: listeners that follow the configuration, a line that is
 * opened when something is to be said, and the count of what was refused. Knows no message.
 */
import type { ConfigMark } from "../../../config/saving/history.ts";
import type { Router } from "../../../failover/router.ts";
import { messageOf } from "../../../model/error.ts";
import type { EventBody } from "../../../model/event.ts";
import { otherRole } from "../../../model/router.ts";
import {
  type ChannelListener,
  type ChannelPath,
  type Conversation,
  connectChannel,
  type LedConversation,
  openChannelListener,
} from "../../../system/net/cluster-channel.ts";
import type { Running } from "../running.ts";

export interface ClusterLinesParts {
  readonly converse: () => Conversation;
  readonly report: (event: EventBody) => void;
}

/** A conversation that this router leads; connected by its first word. Throws MachineError. */
export type Line = LedConversation;

/** Whether this configuration shares what is saved with a second router. */
export const shares = ({ config }: Pick<Running, "config">): boolean =>
  config.clusterSync && config.routers.backup !== null && config.heartbeat.keyFile !== null;

/** The peer's configuration as far as its heartbeat says. */
export interface PeerBelief {
  readonly alive: boolean;
  readonly mark: ConfigMark | null;
}

/** What the heartbeat says of it; null: nothing is heard yet. */
export const peerBelief = (router: Router | null): PeerBelief => ({
  alive: router?.peerAlive ?? false,
  mark: router?.peer.message?.config ?? null,
});

interface Listening {
  readonly listener: ChannelListener;
  open: boolean;
}

export class ClusterLines {
  readonly #parts: ClusterLinesParts;
  #listening: Listening[] = [];
  /** What the listeners stand for: they are made anew when it changes. */
  #standsFor = "";
  #reported = "";
  readonly #refused = new Map<string, number>();

  constructor(parts: ClusterLinesParts) {
    this.#parts = parts;
  }

  get listening(): boolean {
    return this.#listening.length > 0 && this.#listening.every(({ open }) => open);
  }

  get refused(): Readonly<Record<string, number>> {
    return Object.fromEntries(this.#refused);
  }

  /** Counts a refusal; the first of a reason is reported. */
  count(reason: string, detail: string): void {
    const count = (this.#refused.get(reason) ?? 0) + 1;
    this.#refused.set(reason, count);
    if (count > 1) return;
    const text = `${detail}; counted from now on`;
    this.#parts.report({ event: "config", kind: "channel-refused", reason, text });
  }

  /** Makes the listeners what the configuration asks for; again, where one could not be bound. */
  async listen(running: Running | null): Promise<void> {
    const paths = running === null || !shares(running) ? [] : pathsOf(running);
    const keys = running?.keys ?? [];
    const wanted = JSON.stringify([paths, keys.map((key) => Buffer.from(key).toString("hex"))]);
    if (wanted !== this.#standsFor) {
      this.#standsFor = wanted;
      await this.#end();
      this.#listening = paths.map((path) => ({ listener: this.#open(path, keys), open: false }));
    }
    for (const each of this.#listening) {
      if (each.open) continue;
      const why = await each.listener.listen();
      each.open = why === null;
      if (why === null || why === this.#reported) continue;
      this.#reported = why;
      this.#parts.report({
        event: "machine",
        kind: "failed",
        text: `configuration channel: ${why}`,
      });
    }
  }

  /** A line to the peer over the first path that connects. */
  lead(running: Running | null): Line {
    let conversation: Promise<LedConversation> | null = null;
    return {
      say: async (frame) => {
        conversation ??= this.#connect(running);
        return (await conversation).say(frame);
      },
      close: () => {
        conversation?.then(
          (open) => open.close(),
          () => {},
        );
      },
    };
  }

  async close(): Promise<void> {
    await this.#end();
  }

  async #end(): Promise<void> {
    const ending = this.#listening;
    this.#listening = [];
    await Promise.all(ending.map(({ listener }) => listener.close()));
  }

  #open(path: ChannelPath, keys: readonly Uint8Array[]): ChannelListener {
    const { converse } = this.#parts;
    const refused = (reason: string, from: string, detail: string): void =>
      this.count(reason, `${from}: ${detail}`);
    return openChannelListener({ ...path, keys, converse, refused });
  }

  async #connect(running: Running | null): Promise<LedConversation> {
    const [key] = running?.keys ?? [];
    const paths = running === null ? [] : pathsOf(running);
    let why: unknown = new Error("there is no way to it");
    for (const path of key === undefined ? [] : paths) {
      try {
        return await connectChannel(path, key as Uint8Array);
      } catch (thrown) {
        why = thrown;
      }
    }
    throw new Error(messageOf(why));
  }
}

/** The heartbeat's paths, as the channel sees them. */
function pathsOf({ config, role }: Running): readonly ChannelPath[] {
  const own = config.routers[role];
  const peer = config.routers[otherRole(role)];
  if (own === null || peer === null) return [];
  const { port } = config.heartbeat;
  const second =
    own.private === null || peer.private === null
      ? []
      : [{ own: own.private, peer: peer.private, port }];
  return [{ own: own.public, peer: peer.public, port }, ...second];
}
