/** The lab's clock: one monotonic time for all threads of the scenario's process. */

/** Milliseconds on CLOCK_MONOTONIC; the same scale in every worker thread. */
export const now = (): number => Number(process.hrtime.bigint()) / 1e6;
