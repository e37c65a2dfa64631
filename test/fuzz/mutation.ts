/** Inputs made of real samples: edits that keep most of a sample, so that readers get deep into it. */
import fc from "fast-check";

/** One change; places and lengths are fractions of what is there, in 65536ths. */
type Edit =
  | { readonly kind: "set"; readonly at: number; readonly byte: number }
  | { readonly kind: "insert"; readonly at: number; readonly bytes: Uint8Array }
  | { readonly kind: "remove"; readonly at: number; readonly length: number }
  | {
      readonly kind: "repeat";
      readonly at: number;
      readonly length: number;
      readonly times: number;
    }
  | { readonly kind: "splice"; readonly at: number; readonly from: number; readonly of: number }
  | { readonly kind: "cut"; readonly at: number };

export interface Mutation {
  /** Which sample; modulo their number. */
  readonly sample: number;
  readonly edits: readonly Edit[];
  /** Where the input is cut into pieces, in 65536ths, for readers of streams. */
  readonly cuts: readonly number[];
}

/** Longer inputs find what shorter ones find, later. */
const inputBytesMax = 64 * 1024;

const fraction = fc.integer({ min: 0, max: 0xffff });

/** What parsers of every kind treat in a way of its own. */
const words = [
  ..."\0 \n \r\n \t : - # & * ! | > { } [ ] , ? % @ ` \" ' \\ << ... --- ~".split(" "),
  ..."\u202e \u200b \ufeff \ud83d\ude00 -1 0 00 1e999 99999999999999999999 NaN true null".split(
    " ",
  ),
  ..."chunked HTTP/1.1 100 Content-Length: \r\n\r\n ffffffff __proto__ constructor ..".split(" "),
].map((word) => Uint8Array.from(Buffer.from(word)));

const edit: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    kind: fc.constant("set" as const),
    at: fraction,
    byte: fc.oneof(fc.constantFrom(0, 1, 0x7f, 0x80, 0xff), fc.integer({ min: 0, max: 255 })),
  }),
  fc.record({
    kind: fc.constant("insert" as const),
    at: fraction,
    bytes: fc.oneof(fc.constantFrom(...words), fc.uint8Array({ maxLength: 16 })),
  }),
  fc.record({ kind: fc.constant("remove" as const), at: fraction, length: fraction }),
  fc.record({
    kind: fc.constant("repeat" as const),
    at: fraction,
    length: fraction,
    times: fc.constantFrom(2, 3, 17, 1000),
  }),
  fc.record({ kind: fc.constant("splice" as const), at: fraction, from: fraction, of: fc.nat(99) }),
  fc.record({ kind: fc.constant("cut" as const), at: fraction }),
);

export const mutation: fc.Arbitrary<Mutation> = fc.record({
  sample: fc.nat(999),
  edits: fc.array(edit, { maxLength: 8 }),
  cuts: fc.array(fraction, { maxLength: 4 }),
});

const placeIn = (bytes: Uint8Array, at: number): number => Math.floor((at / 65536) * bytes.length);

function edited(bytes: Uint8Array, change: Edit, samples: readonly Uint8Array[]): Uint8Array {
  const at = placeIn(bytes, change.at);
  const before = bytes.subarray(0, at);
  const after = bytes.subarray(at);
  switch (change.kind) {
    case "set":
      return Buffer.concat([before, Uint8Array.of(change.byte), after.subarray(1)]);
    case "insert":
      return Buffer.concat([before, change.bytes, after]);
    case "remove":
      return Buffer.concat([before, after.subarray(placeIn(after, change.length >> 4))]);
    case "repeat": {
      const part = after.subarray(0, placeIn(after, change.length >> 4) + 1);
      return Buffer.concat([before, ...Array<Uint8Array>(change.times).fill(part), after]);
    }
    case "splice": {
      const other = samples[change.of % samples.length] ?? new Uint8Array();
      return Buffer.concat([before, other.subarray(placeIn(other, change.from))]);
    }
    case "cut":
      return before;
    default:
      return change satisfies never;
  }
}

/** The input that a mutation makes of the samples. */
export function inputOf({ sample, edits }: Mutation, samples: readonly Uint8Array[]): Uint8Array {
  let bytes: Uint8Array = samples[sample % samples.length] ?? new Uint8Array();
  for (const change of edits) bytes = edited(bytes, change, samples).subarray(0, inputBytesMax);
  return Uint8Array.from(bytes);
}

/** The input in the pieces in which it arrives. */
export function piecesOf(bytes: Uint8Array, cuts: readonly number[]): readonly Uint8Array[] {
  const places = cuts.map((at) => placeIn(bytes, at)).sort((a, b) => a - b);
  return [0, ...places].map((from, index) => bytes.subarray(from, places[index] ?? bytes.length));
}
