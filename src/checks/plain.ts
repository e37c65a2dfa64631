/**
 * Tries over plain TCP, without TLS: what most checks are, on connections that cost little
 * (system/net/real-servers/plain-connection.ts).
 */
import { messageOf } from "../model/error.ts";
import { openMarkedSocket } from "../system/net/real-servers/marked-socket.ts";
import {
  PlainConnection,
  type PlainEnds,
  type PlainGoal,
} from "../system/net/real-servers/plain-connection.ts";
import { readiness } from "../system/net/real-servers/readiness.ts";
import {
  type CheckResult,
  type Deadline,
  type Failed,
  failed,
  failedByNumber,
  late,
  passed,
} from "./check-result.ts";
import type { Endpoint } from "./target.ts";

/** Begins to connect: straight there, or through IPVS by a mark on what is sent. */
function connecting({ address, port, path }: Endpoint, ends: PlainEnds): PlainConnection | Failed {
  try {
    const goal: PlainGoal =
      path === undefined
        ? { address, port }
        : {
            ...{ address: path.vip, port: path.port },
            socket: () => openMarkedSocket("stream", path.mark, path.source),
          };
    const connection = PlainConnection.open(goal, ends);
    return typeof connection === "number" ? failedByNumber(connection, "unreachable") : connection;
  } catch (thrown) {
    return failed("local", messageOf(thrown));
  }
}

/** A try that passes when the connection stands. Never rejects. */
export function tryConnecting(target: Endpoint, deadline: Deadline): Promise<CheckResult> {
  return new Promise((resolve) => {
    if (deadline.signal.aborted) resolve(late("connection", deadline));
    else new Connecting(target, deadline, resolve);
  });
}

class Connecting implements PlainEnds {
  readonly #deadline: Deadline;
  readonly #resolve: (verdict: CheckResult) => void;
  #connection: PlainConnection | null = null;
  #timer: NodeJS.Timeout | undefined;
  #over = false;

  constructor(target: Endpoint, deadline: Deadline, resolve: (verdict: CheckResult) => void) {
    this.#deadline = deadline;
    this.#resolve = resolve;
    const opened = connecting(target, this);
    if ("kind" in opened) this.#end(opened);
    else {
      this.#connection = opened;
      deadline.signal.addEventListener("abort", this.#expire);
      this.#timer = setTimeout(this.#lookAndExpire, deadline.timeout);
    }
  }

  connected(): void {
    const { transcript } = this.#deadline;
    transcript?.note(`connected, from port ${this.#connection?.ownPort}`);
    this.#end(passed);
  }

  failed(error: number): void {
    this.#end(failedByNumber(error, "unreachable"));
  }

  threw(thrown: unknown): void {
    this.#end(failed("local", messageOf(thrown)));
  }

  heard(): void {}
  ended(): void {}

  readonly #expire = (): void => this.#end(late("connection", this.#deadline));

  /** A paused process wakes with its timers overdue and the answers unread. */
  readonly #lookAndExpire = (): void => {
    readiness().look();
    this.#expire();
  };

  #end(verdict: CheckResult): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#deadline.signal.removeEventListener("abort", this.#expire);
    this.#connection?.close();
    this.#resolve(verdict);
  }
}
