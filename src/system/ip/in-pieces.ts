/** Asking the kernel itself for addresses, a few at a time, so that the loop goes on in between. */
import { setImmediate as turn } from "node:timers/promises";
import type { FloatingAddress } from "../../kernel/ip-text.ts";
import { MachineError } from "../../model/error.ts";

/** Hears of addresses that are done, in the order in which they were asked for. */
export type OnDone = (vips: readonly FloatingAddress[]) => void;

/**
 * How many addresses the kernel is asked for at a time: the loop goes on in between. The first
 * pieces are smaller, so that the first address is there without waiting for many others.
 */
const pieceMax = 32;

/** In order; those of a NAT router apart from VIPs. */
function* piecesOf(vips: readonly FloatingAddress[]): Generator<readonly FloatingAddress[]> {
  let size = 1;
  for (let from = 0; from < vips.length; ) {
    const kind = vips[from]?.kind;
    const piece = vips.slice(from, from + size);
    const other = piece.findIndex((vip) => vip.kind !== kind);
    const alike = other === -1 ? piece : piece.slice(0, other);
    yield alike;
    from += alike.length;
    const isNextOther = vips[from]?.kind !== kind;
    size = isNextOther ? 1 : Math.min(2 * size, pieceMax);
  }
}

/**
 * Has the kernel do it for a few at a time; `onLeft` hears what it has not done. What either of the
 * two has to do is waited for. Rejects only where they do.
 */
export async function inPieces(
  vips: readonly FloatingAddress[],
  act: (piece: readonly FloatingAddress[]) => readonly FloatingAddress[],
  onDone: (done: readonly FloatingAddress[]) => void | Promise<void>,
  onLeft: (left: readonly FloatingAddress[]) => void | Promise<void>,
): Promise<void> {
  for (const piece of piecesOf(vips)) {
    if (piece.length === pieceMax) await turn();
    let done: ReadonlySet<FloatingAddress> = new Set();
    try {
      done = new Set(act(piece));
    } catch (thrown) {
      // The program finds out what has become of them.
      if (!(thrown instanceof MachineError)) throw thrown;
    }
    const answer = done.size > 0 ? onDone(piece.filter((vip) => done.has(vip))) : undefined;
    if (answer instanceof Promise) await answer;
    if (done.size < piece.length) await onLeft(piece.filter((vip) => !done.has(vip)));
  }
}
