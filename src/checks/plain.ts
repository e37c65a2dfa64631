/**
 * Tries over plain TCP, without TLS: what most checks are, on connections that cost little
 * (system/net/real-servers/plain-connection.ts).
 */
import { AsyncLocalStorage } from "node:async_hooks";
import type { Dialogue } from "../check/dialogue.ts";
import { family } from "../model/address.ts";
import { messageOf } from "../model/error.ts";
import { openStreamFrom } from "../system/net/real-servers/origin-socket.ts";
import {
  type Opener,
  PlainConnection,
  type PlainGoal,
} from "../system/net/real-servers/plain-connection.ts";
import { lookAtOnce } from "../system/net/real-servers/readiness.ts";
import {
  type CheckResult,
  type Deadline,
  type Failed,
  failed,
  failedByNumber,
  late,
  passed,
} from "./check-result.ts";
import { Conversation, type Fetch, secondConnection } from "./conversation.ts";
import { type Endpoint, type Opened, wayTo } from "./target.ts";

/** Connects, or says why not. The caller must close what it got. Never rejects. */
function openPlainly(target: Endpoint, deadline: Deadline): Promise<Opened<PlainConnection>> {
  return new Promise((resolve) => {
    if (deadline.signal.aborted) resolve(late("connection", deadline));
    else new Opening(target, deadline, resolve);
  });
}

/** A try that passes when the connection stands. It ends by the deadline's timeout by itself. */
export async function tryConnecting(target: Endpoint, deadline: Deadline): Promise<CheckResult> {
  return new Promise((resolve) => {
    if (deadline.signal.aborted) return resolve(late("connection", deadline));
    // A paused process wakes with its timers overdue and the answers unread.
    const timer = setTimeout(() => {
      lookAtOnce();
      opening.expire();
    }, deadline.timeout);
    const opening = new Opening(target, deadline, (opened) => {
      clearTimeout(timer);
      if (opened.kind === "failed") return resolve(opened);
      opened.connection.close();
      resolve(passed);
    });
  });
}

class Opening implements Opener {
  readonly #deadline: Deadline;
  readonly #resolve: (opened: Opened<PlainConnection>) => void;
  #connection: PlainConnection | null = null;
  #over = false;

  constructor(
    target: Endpoint,
    deadline: Deadline,
    resolve: (opened: Opened<PlainConnection>) => void,
  ) {
    this.#deadline = deadline;
    this.#resolve = resolve;
    const opened = connecting(target, this);
    if ("kind" in opened) this.#end(opened);
    else {
      this.#connection = opened;
      deadline.signal.addEventListener("abort", this.expire);
    }
  }

  readonly expire = (): void => this.#end(late("connection", this.#deadline));

  connected(): void {
    const connection = this.#connection;
    if (connection === null) return;
    this.#deadline.transcript?.note(`connected, from port ${connection.ownPort}`);
    this.#end({ kind: "open", connection });
  }

  failed(error: number): void {
    this.#end(failedByNumber(error, "unreachable"));
  }

  threw(thrown: unknown): void {
    this.#end(failed("local", messageOf(thrown)));
  }

  #end(opened: Opened<PlainConnection>): void {
    if (this.#over) return;
    this.#over = true;
    this.#deadline.signal.removeEventListener("abort", this.expire);
    if (opened.kind === "failed") this.#connection?.close();
    this.#resolve(opened);
  }
}

/** Begins to connect. */
function connecting(target: Endpoint, opener: Opener): PlainConnection | Failed {
  try {
    const { address, port, origin } = wayTo(target);
    const goal: PlainGoal =
      origin === null
        ? { address, port }
        : { address, port, socket: () => openStreamFrom(origin, family(address)) };
    const connection = PlainConnection.open(goal, opener);
    return typeof connection === "number" ? failedByNumber(connection, "unreachable") : connection;
  } catch (thrown) {
    return failed("local", messageOf(thrown));
  }
}

/**
 * Runs a dialogue over an open connection until it has passed or failed, or time is over, or until
 * it asks for TLS. `fetch` opens what it asks for by the turn of that name.
 */
function converse(
  connection: PlainConnection,
  dialogue: Dialogue,
  deadline: Deadline,
  fetch?: Fetch,
): Promise<CheckResult | "secure"> {
  return new Promise((resolve) => {
    const second = secondConnection(fetch, () => conversation);
    const conversation: Conversation = new Conversation(
      dialogue,
      {
        say: (bytes, answered) => {
          deadline.transcript?.sent(bytes);
          connection.say(bytes, () => answered || conversation.end(passed));
        },
        finish: (end) => {
          connection.close();
          second.close();
          resolve(end);
        },
        ...second.carrier,
        missing: "complete answer",
      },
      deadline,
    );
    // What happens on the connection is this work's doing, whatever it leads to (containment.ts).
    const asThisWork = AsyncLocalStorage.snapshot();
    connection.listen({
      heard: (bytes) => {
        deadline.transcript?.heard(bytes);
        asThisWork(() => conversation.heard(bytes));
      },
      ended: () => asThisWork(() => conversation.closed()),
      failed: (error) => conversation.end(failedByNumber(error, "closed")),
      threw: (thrown) => conversation.end(failed("local", messageOf(thrown))),
    });
    conversation.open();
  });
}

/** One dialogue without TLS on a connection of its own. */
export async function tryPlainly(
  target: Endpoint,
  dialogue: Dialogue | null,
  deadline: Deadline,
  fetch?: Fetch,
): Promise<CheckResult> {
  const opened = await openPlainly(target, deadline);
  if (opened.kind === "failed") return opened;
  try {
    if (dialogue === null) return passed;
    const end = await converse(opened.connection, dialogue, deadline, fetch);
    return end === "secure" ? failed("local", "the dialogue asks for TLS, and there is none") : end;
  } finally {
    opened.connection.close();
  }
}
