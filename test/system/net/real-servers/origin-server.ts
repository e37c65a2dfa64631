/**
 * A server that says whom it sees, over TCP, TLS and UDP, and in the first packet of a MySQL
 * server.
 */
import { createSocket } from "node:dgram";
import { createServer, type Socket } from "node:net";
import { createServer as createTlsServer } from "node:tls";
import { selfSigned } from "../../../checks/servers.ts";

const said = (address = "", port = 0): string =>
  `from ${address.replace("::ffff:", "")} ${port} \n`;
const answer = (socket: Socket): void => {
  socket.on("error", () => {});
  socket.end(said(socket.remoteAddress, socket.remotePort));
};
/** An error packet: length, number, 0xff, code, text. */
const refuse = (socket: Socket): void => {
  socket.on("error", () => {});
  const text = Buffer.from(said(socket.remoteAddress, socket.remotePort));
  socket.end(Buffer.concat([Buffer.from([text.length + 3, 0, 0, 0, 0xff, 0x6a, 0x04]), text]));
};
const { key, certificate } = selfSigned();
const servers = [
  [80, createServer(answer)],
  [443, createTlsServer({ key, cert: certificate }, answer)],
  [3306, createServer(refuse)],
] as const;
await Promise.all(
  servers.map(([port, server]) => new Promise<void>((done) => server.listen(port, "::", done))),
);
/** Answers come from the address that was asked. */
const datagrams = (["10.9.0.1", "fd00:9::1"] as const).map((own) => {
  const socket = createSocket(own.includes(":") ? "udp6" : "udp4");
  socket.on("message", (bytes, { address, port }) => {
    if (bytes.toString() !== "quiet") socket.send(said(address, port), port, address);
  });
  return new Promise<void>((done) => socket.bind(80, own, done));
});
await Promise.all(datagrams);
process.stdout.write("ready\n");
