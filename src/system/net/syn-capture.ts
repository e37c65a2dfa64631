/**
 * The door to the SYNs that pass this machine, in and out, on all its devices (packet(7)). Costs
 * nothing while no SYNs are wanted: then the kernel hands no packet to it.
 */

import { readSyn, type Syn, synBits, synMask } from "../../connections/syn.ts";
import { MachineError } from "../../model/error.ts";
import type { FilterStep } from "../libc.ts";
import { everyEtherType, openPacketSocket } from "./raw-socket.ts";

export interface SynCapture {
  /**
   * From now on they are kept; those of an earlier time are forgotten. Throws MachineError, also
   * while they are kept already, for somebody else.
   */
  begin(): void;
  /**
   * What has passed since then, or since this was asked last, in order. Throws MachineError when
   * some are missing.
   */
  take(): readonly Syn[];
  /** They are no longer kept. */
  end(): void;
  close(): void;
}

/** Room for the SYNs of 0.1 s at 50,000 a second: the kernel counts about 0.8 KiB for each. */
const receiveBufferBytes = 8 * 1024 * 1024;
/** More would take too long to go through while no router holds the addresses. */
const synsMax = 10_000;
/** IP without options and more than TCP's own header are enough. */
const keptBytes = 128;

const ipv4 = 0x0800;
const ipv6 = 0x86dd;
const tcp = 6;
/** linux/filter.h: SKF_AD_OFF + SKF_AD_PROTOCOL, the packet's EtherType. */
const etherType = 0xfffff000;

const step = (code: number, k: number, jt = 0, jf = 0): FilterStep => ({ code, jt, jf, k });
/** bpf(4): load a byte or a half word; the same from X on; X = length of an IPv4 header. */
const byteAt = 0x30;
const halfAt = 0x28;
const byteFromX = 0x50;
const headerToX = 0xb1;
const and = 0x54;
const equal = 0x15;
const anyBit = 0x45;
const give = 0x06;

/** In IPv4 not of the later fragments, in which something else stands where TCP begins. */
const synFilter: readonly FilterStep[] = [
  step(halfAt, etherType),
  step(equal, ipv4, 0, 7),
  step(byteAt, 9),
  step(equal, tcp, 0, 12),
  step(halfAt, 6),
  step(anyBit, 0x1fff, 10, 0),
  step(headerToX, 0),
  step(byteFromX, 13),
  step(0x05, 4),
  step(equal, ipv6, 0, 6),
  step(byteAt, 6),
  step(equal, tcp, 0, 4),
  step(byteAt, 40 + 13),
  step(and, synMask),
  step(equal, synBits, 0, 1),
  step(give, keptBytes),
  step(give, 0),
];

/** Throws MachineError when the packet socket cannot be had (it needs CAP_NET_RAW). */
export function openSynCapture(): SynCapture {
  const options = { withoutLinkHeader: true, filter: synFilter, receiveBufferBytes };
  const socket = openPacketSocket(0, options);
  /** Until the kernel has let go of it, too. */
  let kept = false;
  const takeAll = (): readonly Syn[] => {
    const syns: Syn[] = [];
    for (let count = 0; count < synsMax; count++) {
      const packet = socket.receive();
      if (packet === null) return syns;
      const syn = readSyn(packet.bytes, packet.outgoing);
      if (syn !== null) syns.push(syn);
    }
    throw new MachineError(`more than ${synsMax} connections are being opened`);
  };
  return {
    begin() {
      if (kept) throw new MachineError("SYNs are still kept for an earlier release");
      takeAll();
      socket.dropped();
      socket.listen(everyEtherType);
      kept = true;
    },
    take() {
      const syns = takeAll();
      const dropped = socket.dropped();
      if (dropped > 0) throw new MachineError(`${dropped} SYNs found no room`);
      return syns;
    },
    end() {
      void socket.pause().then(() => {
        kept = false;
      });
    },
    close: () => socket.close(),
  };
}
