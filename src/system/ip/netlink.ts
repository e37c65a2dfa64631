/**
 * A route socket of the kernel (netlink(7)) through libc, for addresses: no program is started and
 * none has to be woken. Measured in the slowest lab: 0.1 ms an address, where ip(8) on a pipe takes
 * 0.4 ms and 2 ms to be woken.
 *
 * The kernel does what it is asked before the call returns, under its lock of all routing changes.
 * So a call waits where somebody else holds that lock, and callers ask for a few addresses at a
 * time. It is not made from another thread: a change that cannot be called back any more would be
 * done long after its deadline.
 */
import type { FloatingAddress } from "../../kernel/ip-text.ts";
import {
  addRequest,
  deleteRequest,
  forgetRequest,
  type KernelAddress,
  listRequest,
  passRequest,
  type Request,
  readAnswers,
  routeRequest,
  takeRequest,
} from "../../kernel/rtnetlink.ts";
import { family } from "../../model/address.ts";
import { MachineError } from "../../model/error.ts";
import { close, connect, errnos, receive, send, socket, whyNot } from "../libc.ts";
import {
  addressFamilyNetlink,
  routeProtocol,
  socketCloseOnExec,
  socketNonBlocking,
  socketRaw,
} from "../socket-kinds.ts";

const notThere = errnos.EADDRNOTAVAIL;
/** The kernel gives its devices the lowest numbers that are free. */
const noDevice = 0x7fff_ffff;
/** The kernel's lists come in datagrams of at most 32 KiB. */
const roomBytes = 64 * 1024;

/** All calls are synchronous and throw MachineError when nothing is known of the outcome. */
export interface Netlink {
  /**
   * Adds addresses that are not there; those that the kernel says it has added. A few at a time.
   * Packets to one of IPv6 are taken from then on, before the kernel itself would (`takeRequest`).
   */
  add(vips: readonly FloatingAddress[]): readonly FloatingAddress[];
  /**
   * Deletes addresses in the given order; those that the kernel says are gone. A few at a time.
   * Packets to one of IPv6 are taken no longer, even right after it was added.
   *
   * Forgets first whose network card had them before they came here. A router that lets an address
   * go passes late packets on to its next holder: with an old entry it does so before there is one,
   * and they are lost or go round between the two; without one it waits for the announcement.
   */
  delete(vips: readonly FloatingAddress[]): readonly FloatingAddress[];
  /** Every IPv4 address on this machine. */
  list(): readonly KernelAddress[];
  /** Those to which packets go elsewhere, or nowhere: the kernel does not take them for its own. */
  elsewhere(vips: readonly FloatingAddress[]): readonly FloatingAddress[];
  /** Does what `add` and `delete` do, but on no device, so that the kernel refuses it; none. */
  rehearse(vips: readonly FloatingAddress[]): readonly FloatingAddress[];
  close(): void;
}

const trouble = (what: string): MachineError => new MachineError(`netlink: ${what}: ${whyNot()}`);

type MakeRequest = (vip: FloatingAddress, index: number, sequence: number) => Request;

/** What is asked for each address, and what before that, which may fail. */
interface Change {
  readonly requestFor: MakeRequest;
  readonly before: (vip: FloatingAddress) => readonly MakeRequest[];
  /** The error that is as good as none. */
  readonly fine?: number | undefined;
}

const isSix = ({ prefix }: FloatingAddress): boolean => family(prefix.address) === 6;

const adding: Change = {
  requestFor: addRequest,
  before: (vip) => (isSix(vip) ? [takeRequest] : []),
};

const deleting: Change = {
  requestFor: deleteRequest,
  before: (vip) => (isSix(vip) ? [passRequest, forgetRequest] : [forgetRequest]),
  fine: notThere,
};

/** The number of a device; 0: not known. */
export type IndexOf = (device: string) => number;

/**
 * `indexOf` must not ask the kernel for a name: where no device has it, that starts modprobe and
 * waits. Throws MachineError when there is no such socket.
 */
export function openNetlink(indexOf: IndexOf): Netlink {
  const type = socketRaw | socketCloseOnExec | socketNonBlocking;
  const fd: number = socket(addressFamilyNetlink, type, routeProtocol);
  if (fd < 0) throw trouble("no socket");
  const kernel = new Uint8Array(12);
  kernel[0] = addressFamilyNetlink;
  if (connect(fd, kernel, kernel.length) !== 0) {
    close(fd);
    throw trouble("not connected");
  }
  const room = new Uint8Array(roomBytes);
  let sequence = 0;
  const next = (): number => {
    sequence = (sequence + 1) >>> 0;
    return sequence;
  };

  /** Errors by sequence number, 0 for what was done; addresses that were listed; local routes. */
  const ask = (requests: readonly Request[]) => {
    const bytes = Buffer.concat(requests.map((request) => request.bytes));
    if (bytes.length > 0 && send(fd, bytes, bytes.length, 0) !== bytes.length)
      throw trouble("not sent");
    const open = new Set(requests.map((request) => request.sequence));
    const errors = new Map<number, number>();
    const found: KernelAddress[] = [];
    const local = new Set<number>();
    while (open.size > 0) {
      const got: number = receive(fd, room, room.length, 0);
      if (got < 0) throw trouble(`${open.size} answers are missing`);
      for (const answer of readAnswers(room.subarray(0, got))) {
        // What is left of a conversation that was given up is of no interest.
        if (!open.has(answer.sequence)) continue;
        if (answer.kind === "address") found.push(answer.found);
        else if (answer.kind === "route") {
          if (answer.isLocal) local.add(answer.sequence);
        } else {
          open.delete(answer.sequence);
          errors.set(answer.sequence, answer.errno);
        }
      }
    }
    return { errors, found, local };
  };

  const change = (
    vips: readonly FloatingAddress[],
    numberOf: IndexOf,
    { requestFor, before, fine = 0 }: Change,
  ): readonly FloatingAddress[] => {
    const asked = new Map<FloatingAddress, Request>();
    const first: Request[] = [];
    for (const vip of vips) {
      const index = numberOf(vip.device);
      if (index === 0) continue;
      asked.set(vip, requestFor(vip, index, next()));
      first.push(...before(vip).map((make) => make(vip, index, next())));
    }
    const { errors } = ask([...first, ...asked.values()]);
    return vips.filter((vip) => {
      const errno = errors.get(asked.get(vip)?.sequence ?? 0);
      return errno === 0 || errno === fine;
    });
  };
  const add = (vips: readonly FloatingAddress[], numberOf: IndexOf) =>
    change(vips, numberOf, adding);
  const remove = (vips: readonly FloatingAddress[], numberOf: IndexOf) =>
    change(vips, numberOf, deleting);

  return {
    add: (vips) => add(vips, indexOf),
    delete: (vips) => remove(vips, indexOf),
    rehearse: (vips) => [...add(vips, () => noDevice), ...remove(vips, () => noDevice)],
    list: () => ask([listRequest(next())]).found,
    elsewhere(vips) {
      const asked = vips.map((vip) => ({ vip, request: routeRequest(vip, next()) }));
      const { local } = ask(asked.map(({ request }) => request));
      return asked.filter(({ request }) => !local.has(request.sequence)).map(({ vip }) => vip);
    },
    close() {
      close(fd);
    },
  };
}
