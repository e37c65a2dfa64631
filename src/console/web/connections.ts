/**
 * How many connections one network address may keep open, so that no one address takes all of them.
 * Whoever `console.allow` does not name gets a few: enough to be answered that it is so.
 */
import type { Server, Socket } from "node:net";
import { networkOf } from "../users/attempts.ts";

/** All addresses together. */
const connectionsMax = 1000;
/** Through `ssh -L` many people come from loopback. */
const perAddressMax = 400;
/** All addresses together that may not use the console. */
const strangersMax = 16;

/** `isAllowed`: whether an address may use the console now. */
export function boundConnections(server: Server, isAllowed: (address: string) => boolean): void {
  server.maxConnections = connectionsMax;
  const open = new Map<string, number>();
  server.on("connection", (socket: Socket) => {
    const address = socket.remoteAddress ?? "";
    const stranger = !isAllowed(address);
    const key = stranger ? "strangers" : networkOf(address);
    const count = open.get(key) ?? 0;
    if (count >= (stranger ? strangersMax : perAddressMax)) {
      socket.destroy();
      return;
    }
    open.set(key, count + 1);
    socket.once("close", () => {
      const left = (open.get(key) ?? 1) - 1;
      if (left > 0) open.set(key, left);
      else open.delete(key);
    });
  });
}
