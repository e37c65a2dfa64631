/**
 * Sockets whose packets come from where somebody wants: an address, a port, an interface, with a
 * firewall mark (socket(7): SO_BINDTODEVICE, SO_MARK, which needs CAP_NET_ADMIN). Node has no
 * option for most of it, so that it is given the descriptor.
 */
import { type Family, family, type IpAddress } from "../../../model/address.ts";
import { MachineError } from "../../../model/error.ts";
import type { Origin } from "../../../model/origin.ts";
import { bind, close, errno, errnos, setSocketOption, socket, whyNot } from "../../libc.ts";
import { socketAddress } from "../../socket-address.ts";
import {
  addressFamilies,
  socketCloseOnExec,
  socketDatagram,
  socketNonBlocking,
  socketStream,
} from "../../socket-kinds.ts";

const levelSocket = 1;
const optionReuse = 2;
const optionDevice = 25;
const optionMark = 36;
/** The port is chosen when it is known where to: all ports may then be used for each destination. */
const levelIp = 0;
const optionBindAddressNoPort = 24;
const anywhere = { 4: "0.0.0.0" as IpAddress, 6: "::" as IpAddress } as const;
const one = Uint32Array.of(1);

/** A connection's socket. The descriptor is the caller's to hand on or to close. Throws MachineError. */
export const openStreamFrom = (origin: Origin, of: Family): number =>
  openFrom(socketStream, origin, of);

/** A socket for datagrams. As above. */
export const openDatagramFrom = (origin: Origin, of: Family): number =>
  openFrom(socketDatagram, origin, of);

function openFrom(kind: number, origin: Origin, of: Family): number {
  const fd = socket(addressFamilies[of], kind | socketCloseOnExec | socketNonBlocking, 0);
  if (fd < 0) throw new MachineError(`no socket: ${whyNot()}`);
  const why = refusedOrigin(fd, origin, of);
  if (why === null) return fd;
  close(fd);
  throw new MachineError(why);
}

/** Makes what the socket sends come from there; null, or why it cannot. */
export function refusedOrigin(fd: number, origin: Origin, of: Family): string | null {
  const { source, port, device, mark } = origin;
  if (source !== null && family(source) !== of)
    return `source ${source}: the target is of IPv${of}`;
  if (mark !== null && !setNumber(fd, optionMark, mark))
    return `fwmark ${mark}: packets cannot be marked: ${whyNot()}`;
  if (device !== null && !setDevice(fd, device))
    return errno() === errnos.ENODEV
      ? `device ${device}: this machine has none of that name`
      : `device ${device}: ${whyNot()}`;
  if (source === null && port === null) return null;
  if (port === null) setSocketOption(fd, levelIp, optionBindAddressNoPort, one, one.byteLength);
  // Two that go to different servers may come from one port.
  else setNumber(fd, optionReuse, 1);
  const from = socketAddress(source ?? anywhere[of], port ?? 0);
  return bind(fd, from, from.length) === 0 ? null : refusedAddress(origin);
}

function refusedAddress({ source, port }: Origin): string {
  const error = errno();
  if (error === errnos.EADDRNOTAVAIL) return `source ${source}: no address of this machine`;
  if (error === errnos.EADDRINUSE) return `source_port ${port}: another program has it`;
  return `source ${source ?? ""}${port === null ? "" : ` port ${port}`}: ${whyNot()}`;
}

function setNumber(fd: number, option: number, value: number): boolean {
  const bytes = Uint32Array.of(value);
  return setSocketOption(fd, levelSocket, option, bytes, bytes.byteLength) === 0;
}

function setDevice(fd: number, device: string): boolean {
  const name = new TextEncoder().encode(`${device}\0`);
  return setSocketOption(fd, levelSocket, optionDevice, name, name.byteLength) === 0;
}
