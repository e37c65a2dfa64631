/** Requests to a console, also such as no browser sends. */
import { connect } from "node:net";

/** Everything that the console says to raw bytes until it closes the connection. */
export function converse(port: number, bytes: string): Promise<string> {
  return new Promise((resolve) => {
    let heard = "";
    const socket = connect(port, "127.0.0.1", () => socket.write(bytes));
    socket.setEncoding("utf8");
    socket.on("data", (text) => {
      heard += text;
    });
    socket.on("error", () => socket.destroy());
    socket.on("close", () => resolve(heard));
  });
}
