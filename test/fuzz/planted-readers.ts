/** Readers with the faults that fuzzing is to find, for the test that it does. */
import { bytesOf, type Reader, type Readers } from "./reader.ts";

const samples = [bytesOf("key: value\n")];
/** What one edit makes of the sample now and then. */
const isBad = (bytes: Uint8Array): boolean => bytes.includes(0xff);

const reader = (fault: () => void): Reader => ({
  samples,
  read(bytes) {
    if (isBad(bytes)) fault();
  },
});

export const plantedReaders: Readers = {
  "planted-throw": () =>
    reader(() => {
      throw new RangeError("planted");
    }),
  "planted-hang": () =>
    reader(() => {
      for (;;);
    }),
};
