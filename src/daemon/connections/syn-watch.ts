/**
 * Which connections are opened around a release, known by their SYNs for as long as these leave no
 * doubt. Where they cannot show it, or do not, the kernel's list has to be read instead.
 */

import type { Connection } from "../../connections/connection-list.ts";
import { type FollowedServices, openedConnections } from "../../connections/opened-connections.ts";
import type { Syn } from "../../connections/syn.ts";
import { messageOf } from "../../model/error.ts";
import type { SynCapture } from "../../system/net/syn-capture.ts";

/** The SYNs of one release. */
export class SynWatch {
  readonly #capture: SynCapture;
  readonly #followed: FollowedServices | null;
  #before: readonly Syn[] = [];
  #begun = false;
  #doubt: string | null = null;

  /** `followed`: null where SYNs cannot show everything. */
  constructor(capture: SynCapture, followed: FollowedServices | null) {
    this.#capture = capture;
    this.#followed = followed;
  }

  /** Why they do not show everything that was opened; null: they do, or were never to. */
  get doubt(): string | null {
    return this.#doubt;
  }

  begin(): void {
    if (this.#followed === null) return;
    this.#unlessInDoubt(() => {
      this.#capture.begin();
      this.#begun = true;
    });
  }

  /** The addresses are still here: what has come in until now should go on to a real server. */
  look(): void {
    if (!this.#begun) return;
    this.#unlessInDoubt(() => {
      this.#before = this.#capture.take();
    });
  }

  /** The connections that were opened since the beginning; null: the table has to be read. */
  opened(): readonly Connection[] | null {
    const followed = this.#followed;
    if (!this.#begun || this.#doubt !== null || followed === null) return null;
    return this.#unlessInDoubt(() => {
      const opened = openedConnections(this.#before, this.#capture.take(), followed);
      if (opened === null) this.#doubt = "not all that was balanced stands in the configuration";
      return opened;
    });
  }

  end(): void {
    if (this.#begun) this.#capture.end();
  }

  #unlessInDoubt<Result>(act: () => Result): Result | null {
    try {
      return act();
    } catch (thrown) {
      this.#doubt = messageOf(thrown);
      return null;
    }
  }
}
