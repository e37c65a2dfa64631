/**
 * The door of the heartbeat: one UDP socket per path, bound to the path's own address and the
 * heartbeat port, unicast to the peer. Knows no message; stamps the instant of receipt.
 *
 * Datagrams from the peer's address are passed on: whoever can send from it is judged by what he
 * says, not by his port. All others are counted as foreign, unless they are known as the peer's by
 * what they say.
 * A flood cannot keep the loop: libuv reads at most 32 datagrams of a socket a turn, the kernel
 * keeps no more than the receive buffer takes and drops the rest.
 */
import { DgramAsPromised, type RemoteInfo, type SocketAsPromised } from "dgram-as-promised";
import { family, type IpAddress, parseAddress, printEndpoint } from "../../model/address.ts";
import { messageOf } from "../../model/error.ts";
import { addMs, type Instant, ms } from "../../model/time.ts";
import { now } from "../process/clock.ts";

/** An address with a port. */
export interface Endpoint {
  readonly address: IpAddress;
  readonly port: number;
}

export interface HeartbeatPathOptions {
  readonly own: IpAddress;
  readonly peer: IpAddress;
  readonly port: number;
  readonly onDatagram: (bytes: Uint8Array, from: IpAddress, at: Instant, port: number) => void;
  /** A datagram from elsewhere; true: it was taken for the peer's all the same. Absent: never. */
  readonly onElsewhere?: (bytes: Uint8Array, from: Endpoint, at: Instant) => boolean;
  /** The first other datagram from elsewhere, then at most one a minute, for the log. */
  readonly onForeign: (from: string, bytes: number) => void;
}

export interface HeartbeatPath {
  /** Bound and able to send. */
  readonly open: boolean;
  /** Datagrams that are not from the peer's address, and were not taken for its own. */
  readonly foreign: number;
  /**
   * Binds, or binds again after an error; null when open, else why not (for example that the own
   * address is not on this machine yet): call it again later. Never throws.
   */
  bind(): Promise<string | null>;
  /**
   * Gives `sent` null when the kernel took it, else why not. Never throws; does not wait. To the
   * peer's address and the path's port, or elsewhere.
   */
  send(bytes: Uint8Array, sent: (why: string | null) => void, to?: Endpoint): void;
  /** From now on the peer is at this address. */
  meet(peer: IpAddress): void;
  close(): Promise<void>;
}
export type OpenHeartbeatPath = (options: HeartbeatPathOptions) => HeartbeatPath;

/**
 * The kernel doubles it and counts its own book-keeping: some 300 small datagrams. Enough for every
 * beat and digest of a pause of a second; little enough to be read within a few milliseconds.
 */
const receiveBufferBytes = 128 * 1024;

const foreignAgainAfter = ms(60_000);

/** Addresses are never names: the lookup that node:dgram makes for each datagram is left out. */
function socketFor(options: HeartbeatPathOptions): SocketAsPromised {
  const of = family(options.own);
  return DgramAsPromised.createSocket({
    type: of === 6 ? "udp6" : "udp4",
    ipv6Only: of === 6,
    recvBufferSize: receiveBufferBytes,
    lookup: (address, _options, answer) => answer(null, address, of),
  });
}

/** A path that is not bound yet. */
export const openHeartbeatPath: OpenHeartbeatPath = (options) => {
  const { own, port } = options;
  let { peer } = options;
  let socket: SocketAsPromised | null = null;
  let trouble = "it is not bound yet";
  let foreign = 0;
  let foreignToldAgain: Instant | null = null;

  const strange = (bytes: Uint8Array, from: RemoteInfo, at: Instant): void => {
    foreign += 1;
    if (foreignToldAgain !== null && at < foreignToldAgain) return;
    foreignToldAgain = addMs(at, foreignAgainAfter);
    options.onForeign(`${from.address} port ${from.port}`, bytes.length);
  };
  const hear = (bytes: Uint8Array, from: RemoteInfo): void => {
    const at = now();
    const address = from.address === peer ? peer : parseAddress(from.address);
    if (address === peer) options.onDatagram(bytes, peer, at, from.port);
    else if (address === null || !options.onElsewhere?.(bytes, { address, port: from.port }, at))
      strange(bytes, from, at);
  };
  const drop = async (gone: SocketAsPromised): Promise<void> => {
    if (socket === gone) socket = null;
    gone.socket.removeAllListeners("message");
    await gone.close().catch(() => {
      // It was closed by its error already.
    });
  };
  return {
    get open() {
      return socket !== null;
    },
    get foreign() {
      return foreign;
    },
    async bind() {
      if (socket !== null) return null;
      const fresh = socketFor(options);
      fresh.socket.on("error", (error) => {
        trouble = error.message;
        if (socket === fresh) void drop(fresh);
      });
      fresh.socket.on("message", hear);
      try {
        // Without a lookup it listens before `bind` returns.
        await fresh.bind({ address: own, port, exclusive: true });
      } catch (thrown) {
        trouble = messageOf(thrown);
        await drop(fresh);
        return `${printEndpoint(own, port)}: cannot be bound: ${trouble}`;
      }
      socket = fresh;
      return null;
    },
    meet(address) {
      peer = address;
    },
    send(bytes, sent, to = { address: peer, port }) {
      if (socket === null) return sent(`${printEndpoint(own, port)}: not open: ${trouble}`);
      const settled = (error: Error | null): void =>
        sent(error && `${printEndpoint(to.address, to.port)}: cannot be reached: ${error.message}`);
      try {
        // Without a promise: a beat costs no turn of the loop.
        socket.socket.send(bytes, to.port, to.address, settled);
      } catch (thrown) {
        // The kernel closed it, and its error event is still to come.
        sent(`${printEndpoint(own, port)}: not open: ${messageOf(thrown)}`);
      }
    },
    async close() {
      trouble = "it was closed";
      if (socket !== null) await drop(socket);
    },
  };
};
