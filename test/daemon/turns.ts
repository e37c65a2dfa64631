/** Waiting for a condition turn by turn of the loop: what is waited for needs no timer. */

const secondsMax = 60;

/** Resolves once `holds`; throws after a minute. */
export async function until(what: string, holds: () => boolean): Promise<void> {
  const end = Date.now() + secondsMax * 1000;
  while (!holds()) {
    if (Date.now() > end) throw new Error(`not within ${secondsMax} s: ${what}`);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
