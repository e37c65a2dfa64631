/**
 * Sockets whose packets bear a firewall mark (socket(7), SO_MARK; needs CAP_NET_ADMIN) and come
 * from an address of our own. Node has no option for either, so that it is given the descriptor.
 */
import { addressBytes, family, type IpAddress } from "../../../model/address.ts";
import { MachineError } from "../../../model/error.ts";
import { bind, close, setSocketOption, socket, whyNot } from "../../libc.ts";

const kinds = { stream: 1, datagram: 2 } as const;
const closeOnExec = 0o2000000;
const nonBlocking = 0o4000;
const [levelSocket, optionMark] = [1, 36];
/** The port is chosen when it is known where to: all ports may then be used for each destination. */
const [levelIp, optionBindAddressNoPort] = [0, 24];
const domains = { 4: 2, 6: 10 } as const;

/** A sockaddr_in or sockaddr_in6 of any port. */
export function anyPortOf(address: IpAddress): Uint8Array {
  const of = family(address);
  const bytes = new Uint8Array(of === 4 ? 16 : 28);
  bytes[0] = domains[of];
  bytes.set(addressBytes(address), of === 4 ? 4 : 8);
  return bytes;
}

/** The descriptor, which is the caller's to hand on or to close. Throws MachineError. */
export function openMarkedSocket(
  kind: keyof typeof kinds,
  mark: number,
  source: IpAddress,
): number {
  const fd = socket(domains[family(source)], kinds[kind] | closeOnExec | nonBlocking, 0);
  if (fd < 0) throw new MachineError(`no socket: ${whyNot()}`);
  const one = Uint32Array.of(1);
  setSocketOption(fd, levelIp, optionBindAddressNoPort, one, one.byteLength);
  const bytes = Uint32Array.of(mark);
  const from = anyPortOf(source);
  const why =
    setSocketOption(fd, levelSocket, optionMark, bytes, bytes.byteLength) < 0
      ? `packets cannot be marked: ${whyNot()}`
      : bind(fd, from, from.length) < 0
        ? `${source}: ${whyNot()}`
        : null;
  if (why === null) return fd;
  close(fd);
  throw new MachineError(why);
}
