/**
 * The clients of `GET /v1/events`: history first, then every event as it happens, as server-sent
 * events (WHATWG HTML, section 9.2), one `data:` line of JSON each.
 *
 * Invariant: the daemon's memory is bounded whatever the clients do. Nothing of the history is made
 * a text before the client takes it. A client that does not read is dropped; it comes back by
 * itself and finds the history.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { LvsdEvent } from "../model/event.ts";
import { printableLines } from "../model/printable.ts";
import { historyOverComment } from "./api.ts";
import type { Quota } from "./quota.ts";
import type { Controlled } from "./requests.ts";

/** Followers at once: operators' terminals, the console and a collector or two. */
export const followersMax = 16;

/** What may wait for one follower: twice a full history of 1000 events of about 500 bytes. */
export const followerBytesMax = 1024 * 1024;

/** Characters that become one piece of text, and one event more. */
const pieceCharacters = 64 * 1024;

const frame = (event: LvsdEvent): string => `data: ${printableLines(JSON.stringify(event))}\n\n`;

export class Followers {
  readonly #controlled: Controlled;
  readonly #leave = new Set<() => void>();

  constructor(controlled: Controlled) {
    this.#controlled = controlled;
  }

  /** Answers with the events that are remembered. */
  tellHistory(response: ServerResponse): void {
    const stream = new EventStream(response, this.#controlled.events(), "");
    stream.onIdle = () => response.end();
    stream.begin();
  }

  /** Answers with the history and what follows; the caller has taken its place in `quota`. */
  follow(request: IncomingMessage, response: ServerResponse, quota: Quota): void {
    const stream = new EventStream(
      response,
      this.#controlled.events(),
      `: ${historyOverComment}\n\n`,
    );
    const unfollow = this.#controlled.follow((event) => {
      if (stream.push(frame(event))) return;
      this.#controlled.refusedRequest("slow-follower");
      response.destroy();
      leave();
    });
    const leave = () => {
      if (!this.#leave.delete(end)) return;
      unfollow();
      quota.give("followers");
    };
    const end = () => {
      leave();
      response.end();
    };
    this.#leave.add(end);
    request.socket.once("close", leave);
    stream.begin();
  }

  /** Ends every stream. */
  close(): void {
    for (const end of [...this.#leave]) end();
  }
}

/** Frames on their way to one client, no more of them as text than it takes. */
class EventStream {
  readonly #response: ServerResponse;
  readonly #history: readonly LvsdEvent[];
  /** How many of the history have become text. */
  #sent = 0;
  /** What is said behind the history, and what has happened since. */
  readonly #waiting: string[];
  #characters = 0;
  #blocked = true;
  onIdle = (): void => {};

  constructor(response: ServerResponse, history: readonly LvsdEvent[], behind: string) {
    this.#response = response;
    this.#history = [...history];
    this.#waiting = behind === "" ? [] : [behind];
  }

  begin(): void {
    this.#response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
    });
    this.#response.on("drain", () => this.#flow());
    this.#flow();
  }

  /** False where more waits than a client may leave unread. */
  push(text: string): boolean {
    this.#waiting.push(text);
    this.#characters += text.length;
    if (!this.#blocked) this.#flow();
    return this.#characters <= followerBytesMax;
  }

  #flow(): void {
    this.#blocked = false;
    for (let text = this.#next(); text !== ""; text = this.#next()) {
      if (this.#response.write(text)) continue;
      this.#blocked = true;
      return;
    }
    this.onIdle();
  }

  #next(): string {
    let text = "";
    while (this.#sent < this.#history.length && text.length < pieceCharacters) {
      text += frame(this.#history[this.#sent] as LvsdEvent);
      this.#sent += 1;
    }
    if (text !== "") return text;
    this.#characters = 0;
    return this.#waiting.splice(0).join("");
  }
}
