/**
 * The clients of `GET /v1/events`: history first, then every event as it happens, as server-sent
 * events (WHATWG HTML, section 9.2), one `data:` line of JSON each.
 *
 * Invariant: the daemon's memory is bounded whatever the clients do. A client that does not read
 * is dropped; it comes back by itself and finds the history.
 */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { LvsdEvent } from "../model/event.ts";
import { printableLines } from "../model/printable.ts";
import { type Controlled, historyOverComment } from "./api.ts";

/** Followers at once: operators' terminals, the console and a collector or two. */
export const followersMax = 16;

/** What may wait for one follower: twice a full history of 1000 events of about 500 bytes. */
export const followerBytesMax = 1024 * 1024;

const frame = (event: LvsdEvent): string => `data: ${printableLines(JSON.stringify(event))}\n\n`;

export class Followers {
  readonly #controlled: Controlled;
  readonly #leave = new Set<() => void>();

  constructor(controlled: Controlled) {
    this.#controlled = controlled;
  }

  get full(): boolean {
    return this.#leave.size >= followersMax;
  }

  /** Answers a request for events; with `live` false the answer ends after the history. */
  answer(request: IncomingMessage, response: ServerResponse, live: boolean): void {
    response.writeHead(200, {
      "content-type": "text/event-stream; charset=utf-8",
      "cache-control": "no-store",
    });
    const history = this.#controlled.events().map(frame).join("");
    if (!live) {
      response.end(history);
      return;
    }
    response.write(`${history}: ${historyOverComment}\n\n`);
    const unfollow = this.#controlled.follow((event) => {
      if (response.writableLength > followerBytesMax) {
        this.#controlled.refusedRequest("slow-follower");
        response.destroy();
        leave();
      } else response.write(frame(event));
    });
    const leave = () => {
      unfollow();
      this.#leave.delete(end);
    };
    const end = () => {
      leave();
      response.end();
    };
    this.#leave.add(end);
    request.socket.once("close", leave);
  }

  /** Ends every stream. */
  close(): void {
    for (const end of [...this.#leave]) end();
  }
}
