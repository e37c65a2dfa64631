/** The door to nftables: the table `inet lvsd`, and no other. */
import { nftRemoval, nftTable, nftText, parseNft, type ReadFilter } from "../../kernel/nft-text.ts";
import { MachineError, messageOf } from "../../model/error.ts";
import { ms } from "../../model/time.ts";
import type { PacketRule } from "../../table/packet-filter.ts";
import { findProgram, runProgram } from "../program/program.ts";

/** What is listed is some dozens of lines. */
const deadline = ms(5000);

export interface PacketFilter {
  /** Whether the program is on this machine. */
  installed(): boolean;
  /** The table as it is; null: there is none. Throws MachineError. */
  read(): Promise<ReadFilter | null>;
  /** Makes the table consist of these rules, all at once or not at all. Throws MachineError. */
  replace(rules: readonly PacketRule[]): Promise<void>;
  /** Asks the kernel whether it would take these rules, and changes nothing. Throws MachineError. */
  judge(rules: readonly PacketRule[]): Promise<void>;
  /** Takes the table away; there need not be one. Throws MachineError. */
  remove(): Promise<void>;
}

export function openPacketFilter(path?: string): PacketFilter {
  const nft = async (args: readonly string[], input?: string): Promise<string> => {
    const run = { file: "nft", args, deadline, path, ...(input === undefined ? {} : { input }) };
    return (await runProgram(run)).stdout;
  };
  return {
    installed: () => findProgram("nft", path) !== null,
    async read() {
      let text: string;
      try {
        text = await nft(["-j", "list", "table", ...nftTable.split(" ")]);
      } catch (thrown) {
        if (/No such file or directory/.test(messageOf(thrown))) return null;
        throw thrown;
      }
      const read = parseNft(text);
      if (read === null) throw new MachineError(`nft: its list is garbled: ${text.slice(0, 80)}`);
      return read;
    },
    replace: async (rules) => void (await nft(["-f", "-"], nftText(rules))),
    judge: async (rules) => void (await nft(["-c", "-f", "-"], nftText(rules))),
    remove: async () => void (await nft(["-f", "-"], nftRemoval)),
  };
}
