/**
 * Loaded into a daemon by the lab alone (Router.preload): SIGWINCH, which lvsd has no use
 * for, blocks the event loop for 2 s. Worker threads go on, as they do in a real daemon.
 */
const blockedMs = 2000;
const never = new Int32Array(new SharedArrayBuffer(4));

process.on("SIGWINCH", () => Atomics.wait(never, 0, 0, blockedMs));
