/** Texts, and how a try of them was judged. */
import type { Tried } from "../../src/checks/check.ts";

export const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

export const expecting = (text: string) => ({ kind: "bytes", bytes: bytes(text) }) as const;

export const failure = (tried: Tried): string =>
  tried.kind === "failed" ? `${tried.reason}: ${tried.why}` : "passed";
