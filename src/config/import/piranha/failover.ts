/** Failover blocks (service = fos): addresses and commands that only the active node has. */
import { Names } from "../names.ts";
import { MapNode, type Node } from "../outline.ts";
import { checkOf } from "./check.ts";
import { type Conversion, originOf, prefixLength } from "./conversion.ts";
import type { Block, Given } from "./statements.ts";

export function failoverServicesOf(conversion: Conversion): void {
  const { global, root, file, findings } = conversion;
  const names = new Names();
  const vips = new Map<string, MapNode>();
  for (const block of global.blocks.filter(({ kind }) => kind === "failover")) {
    const origin = { file, line: block.line };
    if (block.values.get("active")?.number !== 1) {
      findings.add(
        "left-out",
        origin,
        `failover ${block.name}`,
        "active = 0: Piranha does not run it",
      );
      continue;
    }
    const name = names.give(block.name, "service");
    const service = root.map("failover").map("services").map(name, origin);
    service.set(
      "start",
      command(block.values.get("start_cmd")),
      originOf(file, block.values.get("start_cmd")),
    );
    service.set(
      "stop",
      command(block.values.get("stop_cmd")),
      originOf(file, block.values.get("stop_cmd")),
    );
    service.set("check", checkOfBlock(conversion, block), origin);
    addVip(vips, block);
  }
  if (vips.size > 0) root.set("vips", [...vips.values()]);
  findings.add(
    "changed",
    null,
    "service = fos",
    "Piranha's standby asks the active node's services over the network; lvsd's active router checks its own",
  );
}

const command = (given: Given | undefined): Node =>
  given === undefined || given.text === "" ? ["/bin/true"] : given.text.split(" ");

function checkOfBlock(conversion: Conversion, block: Block): MapNode {
  const { file } = conversion;
  const value = (key: string): Given | undefined => block.values.get(key);
  const port = value("port")?.number ?? 80;
  const check = checkOf(conversion, block, port);
  if (check.get("type") !== "command" && check.get("type") !== "none")
    check.set("address", value("address")?.text).set("port", port, originOf(file, value("port")));
  return check;
}

function addVip(vips: Map<string, MapNode>, block: Block): void {
  const address = block.values.get("address");
  if (address === undefined || vips.has(address.text)) return;
  const length = prefixLength(block.values.get("vip_nmask")?.text ?? "");
  const vip = new MapNode("flow").set("address", `${address.text}/${length ?? 32}`);
  vips.set(address.text, vip.set("device", address.device));
}
