/**
 * Sockets whose packets bear a firewall mark (socket(7), SO_MARK; needs CAP_NET_ADMIN) and come
 * from an address of our own. Node has no option for either, so that it is given the descriptor.
 */
import { family, type IpAddress } from "../../../model/address.ts";
import { MachineError } from "../../../model/error.ts";
import { bind, close, setSocketOption, socket, whyNot } from "../../libc.ts";
import { socketAddress } from "../../socket-address.ts";
import {
  addressFamilies,
  socketCloseOnExec,
  socketDatagram,
  socketNonBlocking,
  socketStream,
} from "../../socket-kinds.ts";

const kinds = { stream: socketStream, datagram: socketDatagram } as const;
const [levelSocket, optionMark] = [1, 36];
/** The port is chosen when it is known where to: all ports may then be used for each destination. */
const [levelIp, optionBindAddressNoPort] = [0, 24];

/** The descriptor, which is the caller's to hand on or to close. Throws MachineError. */
export function openMarkedSocket(
  kind: keyof typeof kinds,
  mark: number,
  source: IpAddress,
): number {
  const fd = socket(
    addressFamilies[family(source)],
    kinds[kind] | socketCloseOnExec | socketNonBlocking,
    0,
  );
  if (fd < 0) throw new MachineError(`no socket: ${whyNot()}`);
  const one = Uint32Array.of(1);
  setSocketOption(fd, levelIp, optionBindAddressNoPort, one, one.byteLength);
  const bytes = Uint32Array.of(mark);
  const from = socketAddress(source, 0);
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
