/** Waiting for a condition, never for a time: the bound is for tests that fail. */

/** Far beyond what any condition takes, also on a machine that is busy with other programs. */
const secondsMax = 60;

/** Resolves once `holds`; throws after a minute. */
export async function eventually(
  what: string,
  holds: () => boolean | Promise<boolean>,
): Promise<void> {
  const end = performance.now() + secondsMax * 1000;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not within ${secondsMax} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
