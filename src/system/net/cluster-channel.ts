/**
 * The door between the two routers' configurations: TLS 1.3 with a pre-shared key (RFC 8446
 * section 4.2.11) on the heartbeat's addresses and port number, over TCP. Carries frames, 4 bytes
 * of length before each; knows nothing of what they say.
 *
 * Invariant: only the holder of a key of the key file, at the peer's address, has a frame
 * read or answered. Connections, frames and waits are bounded, and what is refused is counted.
 *
 * On a privileged port the routers also speak from one, so that an ordinary user of the other
 * router, who has its address and no key, cannot take the few places for connections.
 */
import { hkdfSync } from "node:crypto";
import { connect, createServer, type Server, type Socket } from "node:net";
import { connect as connectTls, createServer as createTlsServer, type TLSSocket } from "node:tls";
import { family, type IpAddress, parseAddress, printEndpoint } from "../../model/address.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import { FrameReader, framed } from "./frame-reader.ts";

/** One way to the peer. */
export interface ChannelPath {
  readonly own: IpAddress;
  readonly peer: IpAddress;
  readonly port: number;
}

/** The answering side of one connection. */
export interface Conversation {
  hear(frame: Uint8Array): Promise<Uint8Array>;
  /** The connection is over, whatever way; called once. */
  closed(): void;
}

export type ChannelRefusal =
  | "foreign-address"
  | "unprivileged-port"
  | "too-many-connections"
  | "bad-tls"
  | "too-large"
  | "too-slow";

export interface ChannelListenerOptions extends ChannelPath {
  /** Keys of the key file; every one is accepted. */
  readonly keys: readonly Uint8Array[];
  readonly converse: () => Conversation;
  readonly refused: (reason: ChannelRefusal, from: string, detail: string) => void;
  readonly limits?: Partial<ChannelLimits>;
}

/** Bounds that tests shorten. */
export interface ChannelLimits {
  /** The peer needs one; a second one while an old one dies, and room for strangers to fail. */
  readonly connectionsMax: number;
  /** From the connection to its first whole frame. */
  readonly firstFrameMs: number;
  /** A whole conversation: two readings of the largest configuration on a slow machine. */
  readonly conversationMs: number;
  /** A configuration of 4 Mi characters of three bytes each, and its JSON. */
  readonly frameBytesMax: number;
}

export const channelLimits: ChannelLimits = {
  connectionsMax: 4,
  firstFrameMs: 10_000,
  conversationMs: 120_000,
  frameBytesMax: 16 * 1024 * 1024,
};

export interface ChannelListener {
  /** Null when listening, else why not yet (its address is not there): call again. Never throws. */
  listen(): Promise<string | null>;
  close(): Promise<void>;
}
export type OpenChannelListener = (options: ChannelListenerOptions) => ChannelListener;

/** One conversation with the peer, led by this router. Its methods throw MachineError. */
export interface LedConversation {
  say(frame: Uint8Array): Promise<Uint8Array>;
  close(): void;
}
export type ConnectChannel = (path: ChannelPath, key: Uint8Array) => Promise<LedConversation>;

/** Both use SHA-256, which is what OpenSSL binds an external pre-shared key to. */
const suites = "TLS_AES_128_GCM_SHA256:TLS_CHACHA20_POLY1305_SHA256";

/** Below it only root and CAP_NET_BIND_SERVICE may bind a port (capabilities(7)). */
const firstOrdinaryPort = 1024;

/** Where bindresvport(3) begins: below lie the ports of well-known services. */
const firstSourcePort = 600;

/** Ports that are tried: two may be taken by other programs, or by connections that just ended. */
const sourcePortTries = 16;

/** The peer is on the same network: a connection that takes longer will not come. */
const connectMsMax = 3000;

/** What the heartbeat signs with is never used for anything else: each use has a label. */
const derived = (key: Uint8Array, label: string, bytes: number): Buffer =>
  Buffer.from(
    hkdfSync("sha256", key, new Uint8Array(), `lvsd configuration channel ${label}`, bytes),
  );

/** Names a key without giving it away, so that the peer knows which one is meant. */
const identityOf = (key: Uint8Array): string => derived(key, "identity", 8).toString("hex");
const secretOf = (key: Uint8Array): Buffer => derived(key, "secret", 32);

const tlsOptions = { minVersion: "TLSv1.3", maxVersion: "TLSv1.3", ciphers: suites } as const;

export const openChannelListener: OpenChannelListener = (options) => {
  const limits = { ...channelLimits, ...options.limits };
  const { own, peer, port } = options;
  const secrets = new Map(options.keys.map((key) => [identityOf(key), secretOf(key)]));
  const open = new Set<Socket>();
  const encrypted = createTlsServer({
    ...tlsOptions,
    handshakeTimeout: limits.firstFrameMs,
    pskCallback: (_socket, identity) => secrets.get(identity) ?? null,
  });
  encrypted.on("secureConnection", (socket) => serve(socket, options, limits));
  encrypted.on("tlsClientError", (error, socket) => {
    options.refused("bad-tls", `${peer}`, error.message.slice(0, 200));
    socket.destroy();
  });
  const accept = (socket: Socket): void => {
    socket.on("error", () => socket.destroy());
    const from = parseAddress(socket.remoteAddress ?? "");
    const refuse = (reason: ChannelRefusal, detail: string): void => {
      options.refused(reason, socket.remoteAddress ?? "somebody", detail);
      socket.destroy();
    };
    if (from !== peer) refuse("foreign-address", "only the peer is answered");
    else if (port < firstOrdinaryPort && (socket.remotePort ?? port) >= firstOrdinaryPort)
      refuse("unprivileged-port", `port ${socket.remotePort}: only a daemon is answered`);
    else if (open.size >= limits.connectionsMax)
      refuse("too-many-connections", `${open.size} are open`);
    else {
      open.add(socket);
      socket.once("close", () => open.delete(socket));
      encrypted.emit("connection", socket);
    }
  };
  let server: Server | null = null;
  return {
    listen: async () => {
      if (server !== null) return null;
      const fresh = createServer(accept);
      const why = await listening(fresh, own, port);
      if (why === null) server = fresh;
      return why;
    },
    close: async () => {
      for (const socket of open) socket.destroy();
      const closing = server;
      server = null;
      if (closing !== null) await new Promise<void>((resolve) => closing.close(() => resolve()));
    },
  };
};

function listening(server: Server, own: IpAddress, port: number): Promise<string | null> {
  return new Promise((resolve) => {
    server.on("error", (error) =>
      resolve(`${printEndpoint(own, port)}: no TCP connections: ${error.message}`),
    );
    const ipv6Only = family(own) === 6;
    server.listen({ host: own, port, ipv6Only, exclusive: true }, () => resolve(null));
  });
}

/** Answers the frames of an authentic peer, one after the other. */
function serve(
  socket: TLSSocket,
  { converse, refused, peer }: ChannelListenerOptions,
  limits: ChannelLimits,
): void {
  const conversation = converse();
  const frames = new FrameReader(limits.frameBytesMax);
  let answering: Promise<void> = Promise.resolve();
  const cut = (reason: ChannelRefusal, detail: string): void => {
    refused(reason, peer, detail);
    socket.destroy();
  };
  const first = setTimeout(() => cut("too-slow", "no whole frame"), limits.firstFrameMs);
  const whole = setTimeout(() => cut("too-slow", "no end"), limits.conversationMs);
  socket.on("error", () => socket.destroy());
  socket.once("close", () => {
    clearTimeout(first);
    clearTimeout(whole);
    conversation.closed();
  });
  socket.on("data", (bytes: Buffer) => {
    const arrived = frames.push(bytes);
    if (arrived === "too-large") {
      cut("too-large", "a frame beyond the bound");
      return;
    }
    if (arrived.length > 0) clearTimeout(first);
    for (const frame of arrived)
      answering = answering.then(async () => {
        const said = await conversation.hear(frame);
        if (socket.writable) socket.write(framed(said));
      });
    // One question at a time: what is not answered yet stays in the kernel's buffer.
    if (arrived.length === 0) return;
    socket.pause();
    void answering.then(
      () => socket.resume(),
      () => socket.destroy(),
    );
  });
}

/** A conversation over one path with the first key. Throws MachineError. */
export const connectChannel: ConnectChannel = async (path, key) => {
  const { peer, port } = path;
  const place = printEndpoint(peer, port);
  const socket = connectTls({
    ...tlsOptions,
    socket: await connected(path),
    pskCallback: () => ({ psk: secretOf(key), identity: identityOf(key) }),
    // There is no certificate: the key is the proof, and OpenSSL has checked it.
    checkServerIdentity: () => undefined,
  });
  const arrived = new FrameReader(channelLimits.frameBytesMax);
  const waiting: ((frame: Uint8Array | Error) => void)[] = [];
  const fail = (why: string): void => {
    socket.destroy();
    for (const settle of waiting.splice(0)) settle(new MachineError(`${place}: ${why}`));
  };
  socket.on("error", (error) => fail(messageOf(error).slice(0, 200)));
  socket.on("close", () => fail("the peer closed the connection"));
  socket.on("data", (bytes: Buffer) => {
    const frames = arrived.push(bytes);
    if (frames === "too-large") fail("its answer is beyond the bound");
    else for (const frame of frames) waiting.shift()?.(frame);
  });
  const once = <Value>(msMax: number, begin: (settle: (value: Value | Error) => void) => void) =>
    new Promise<Value>((resolve, reject) => {
      const late = setTimeout(() => fail(`no answer within ${msMax} ms`), msMax);
      begin((value) => {
        clearTimeout(late);
        if (value instanceof Error) reject(value);
        else resolve(value);
      });
    });
  await once<Uint8Array>(connectMsMax, (settle) => {
    waiting.push(settle);
    socket.once("secureConnect", () => waiting.shift()?.(new Uint8Array()));
  });
  return {
    say: (frame) =>
      once<Uint8Array>(channelLimits.conversationMs / 2, (settle) => {
        waiting.push(settle);
        if (socket.destroyed) fail("the connection is closed");
        else socket.write(framed(frame));
      }),
    close: () => {
      socket.destroy();
    },
  };
};

/** A connection from a port that the peer trusts. Throws MachineError. */
async function connected({ own, peer, port }: ChannelPath): Promise<Socket> {
  const room = firstOrdinaryPort - firstSourcePort;
  // Two tries that follow each other do not use the same port, which the peer may still hold.
  let source = firstSourcePort + Math.floor(Math.random() * room);
  for (let tries = 1; ; tries += 1) {
    const from = port < firstOrdinaryPort ? { localPort: source } : {};
    const socket = connect({ host: peer, port, localAddress: own, ...from });
    const failed = await new Promise<NodeJS.ErrnoException | null>((resolve) => {
      socket.once("connect", () => resolve(null));
      socket.once("error", resolve);
      socket.setTimeout(connectMsMax, () => resolve(new Error(`no answer in ${connectMsMax} ms`)));
    });
    if (failed === null) return socket.setTimeout(0);
    socket.destroy();
    const isTaken = failed.code === "EADDRINUSE" || failed.code === "EADDRNOTAVAIL";
    if (!isTaken || tries === sourcePortTries)
      throw new MachineError(`${printEndpoint(peer, port)}: ${failed.message.slice(0, 200)}`);
    source = firstSourcePort + ((source - firstSourcePort + 1) % room);
  }
}
