/**
 * Whether the real servers of one virtual server answer alike (`content: agree`): which of them give
 * another content than more than half of those that are known. Pure.
 *
 * A content is a digest. Servers are judged by their own tries in a row, since a content that is
 * being replaced differs for a moment everywhere.
 */
import type { RealServerKey } from "../health.ts";

export interface Content {
  readonly digest: string;
  /** Tries in a row in which it was another one than the majority's. */
  readonly odd: number;
}

export type Contents = ReadonlyMap<RealServerKey, Content>;

/** What more than half of the servers say; null: there is no such content, or too few say anything. */
export function majority(
  contents: Contents,
): { readonly digest: string; readonly of: number } | null {
  const counts = new Map<string, number>();
  for (const { digest } of contents.values()) counts.set(digest, (counts.get(digest) ?? 0) + 1);
  for (const [digest, of] of counts) if (of * 2 > contents.size && of >= 2) return { digest, of };
  return null;
}

/** The contents after a server's try; null: it gave none, and is no longer counted. */
export function heardContent(
  contents: Contents,
  key: RealServerKey,
  digest: string | null,
): Contents {
  const next = new Map(contents);
  if (digest === null) {
    next.delete(key);
    return next;
  }
  next.set(key, { digest, odd: contents.get(key)?.odd ?? 0 });
  const most = majority(next);
  const differs = most !== null && most.digest !== digest;
  next.set(key, { digest, odd: differs ? (contents.get(key)?.odd ?? 0) + 1 : 0 });
  return next;
}
