/**
 * Who is logged in. A session is known by 256 random bits, of which only a hash is kept; it ends
 * with its user's password, after a time without a request, and after a day at the latest.
 *
 * Sessions are in memory alone: a console that starts anew asks for the password again.
 */
import { createHash, randomBytes } from "node:crypto";
import type { User } from "./user.ts";

/** Without a request for so long a session is over. */
const idleMs = 30 * 60_000;
/** So long after the login it is over whatever happens. */
const lifeMs = 12 * 3_600_000;
/** All users together; the one that was idle for longest makes room. */
const sessionsMax = 500;

export interface Session {
  readonly user: string;
  /** Stands in each form; a request without it changes nothing. */
  readonly formToken: string;
  /** The password that let it in: with another one it is over. */
  readonly password: string;
  readonly begun: number;
  /** Both in ms of a clock that only goes forward. */
  used: number;
  /** What is said at the top of the next page. */
  notices: readonly Notice[];
}

export interface Notice {
  readonly kind: "done" | "failed";
  readonly text: string;
}

export class Sessions {
  readonly #sessions = new Map<string, Session>();
  readonly #now: () => number;

  /** `now`: milliseconds of a clock that only goes forward. */
  constructor(now: () => number) {
    this.#now = now;
  }

  get count(): number {
    return this.#sessions.size;
  }

  /** Begins one; returns what the browser keeps. */
  begin(user: User): string {
    const id = randomBytes(32).toString("base64url");
    const now = this.#now();
    if (this.#sessions.size >= sessionsMax) this.#dropIdlest();
    this.#sessions.set(hashOf(id), {
      user: user.name,
      formToken: randomBytes(32).toString("base64url"),
      password: user.password,
      begun: now,
      used: now,
      notices: [],
    });
    return id;
  }

  /**
   * The session with this id, if its user still has the password that began it. `touch`: a person
   * asked, so it is not idle.
   */
  find(id: string | undefined, userOf: (name: string) => User | null, touch: boolean) {
    if (id === undefined || id.length > 100) return null;
    const key = hashOf(id);
    const session = this.#sessions.get(key);
    if (session === undefined) return null;
    const user = userOf(session.user);
    const now = this.#now();
    const over = now - session.used > idleMs || now - session.begun > lifeMs;
    if (over || user === null || user.password !== session.password) {
      this.#sessions.delete(key);
      return null;
    }
    if (touch) session.used = now;
    return { session, user };
  }

  end(id: string | undefined): void {
    if (id !== undefined) this.#sessions.delete(hashOf(id));
  }

  #dropIdlest(): void {
    const [idlest] = [...this.#sessions].sort(([, a], [, b]) => a.used - b.used);
    if (idlest !== undefined) this.#sessions.delete(idlest[0]);
  }
}

const hashOf = (id: string): string => createHash("sha256").update(id).digest("base64url");
