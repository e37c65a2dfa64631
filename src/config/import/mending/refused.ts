/**
 * The part of a result that `lvsd check` refuses: it is left out, with the reason, so that the rest
 * passes. The last resort of all importers, for what their own rules have not foreseen.
 */
import type { Problem } from "../../../keys/problem.ts";
import { readConfig } from "../../read-config.ts";
import type { Finding } from "../imported.ts";
import {
  MapNode,
  Missing,
  type Node,
  type Origin,
  type Path,
  type Printed,
  printOutline,
} from "../outline.ts";

export type Judged =
  | { readonly findings: readonly Finding[] }
  | { readonly problems: readonly Problem[] };

/** How often the rest is judged again; a large text fewer times, since each time costs its size. */
const roundsMax = 40;
const charactersMax = 2_000_000;
const roundsMin = 3;

/** Takes out of the outline what cannot be said. Problems: there is too much of it. */
export function leaveOutRefused(root: MapNode): Judged {
  const findings: Finding[] = [];
  withSomething(root);
  let rounds = roundsMax;
  for (;;) {
    const printed = printOutline(root, [], standIn(root));
    const problems = problemsOf(printed.text);
    if (problems.length === 0) return { findings };
    rounds = Math.min(rounds - 1, Math.max(roundsMin, charactersMax / printed.text.length));
    const found = rounds < 1 ? [] : leaveOut(root, printed, problems);
    if (found.length === 0)
      return { problems: problems.map((problem) => unsaid(problem, printed)) };
    findings.push(...found);
    withSomething(root);
  }
}

function problemsOf(text: string): readonly Problem[] {
  const result = readConfig("/lvsd.yaml", { read: () => ({ text }), glob: () => [] });
  return "problems" in result ? result.problems : [];
}

/** Values in the place of those that are missing: the rest is judged as if they were there. */
function standIn(root: MapNode): (missing: Missing) => string {
  const network = hasSix(root.get("routers")) ? "2001:2::" : "198.18.255.";
  let count = 0;
  return ({ kind }) => {
    count = (count % 250) + 1;
    switch (kind) {
      case "router":
        return `${network}${count}`;
      case "address":
        return `198.18.254.${count}`;
      case "port":
        return "9";
      case "file":
        return "/etc/lvsd/missing";
      case "program":
        return "/bin/missing";
      case "servers":
        return "{ missing: { address: 198.18.253.1/32, port: 9, device: none } }";
    }
  };
}

/** Both ends of a heartbeat path are of one family. */
const hasSix = (node: Node | undefined): boolean =>
  node instanceof MapNode
    ? node.entries().some(({ value }) => hasSix(value))
    : typeof node === "string" && node.includes(":");

/** A configuration that has nothing to do is refused: what is to be done is then missing. */
function withSomething(root: MapNode): void {
  const has = (node: unknown): boolean =>
    node instanceof MapNode ? node.size > 0 : Array.isArray(node) && node.length > 0;
  const failover = root.get("failover");
  const services = failover instanceof MapNode ? failover.get("services") : undefined;
  const router = root.get("nat_router");
  if ([root.get("virtual_servers"), root.get("vips"), services, router].some(has)) return;
  const hint = "what is balanced; nothing of the files is left";
  root.set("virtual_servers", new Missing("servers", hint));
}

function leaveOut(
  root: MapNode,
  printed: Printed,
  problems: readonly Problem[],
): readonly Finding[] {
  const gone: Path[] = [];
  const findings: Finding[] = [];
  for (const problem of problems) {
    const place = placeOf(problem, printed);
    const unit = place === null ? null : unitOf(place);
    if (unit === null || gone.some((one) => one.every((key, at) => key === unit[at]))) continue;
    gone.push(unit);
    remove(root, unit);
    findings.push({
      kind: "left-out",
      origin: originOf(problem, printed),
      subject: unit.join(".").slice(0, 120),
      text: `lvsd cannot take it over: ${problem.message}${problem.hint === null ? "" : ` (${problem.hint})`}`,
    });
  }
  return findings;
}

/** The keys that lead to what a problem is about. */
function placeOf({ line, column }: Problem, { places }: Printed): Path | null {
  const inLine = line === null ? [] : (places[line - 1] ?? []);
  const before = inLine.filter((place) => place.column <= (column ?? 1));
  return (before.at(-1) ?? inLine[0])?.path ?? null;
}

function originOf({ line }: Problem, { origins }: Printed): Origin | null {
  for (let at = (line ?? 0) - 1; at >= 0; at -= 1) {
    const origin = origins[at];
    if (origin) return origin;
  }
  return null;
}

/** Without these a virtual server or a real server is another one. */
const serverKeys = ["address", "port", "ports", "protocol", "fwmark", "forwarding", "real_servers"];
const realServerKeys = ["address", "port", "forwarding", "tunnel"];

/** Maps that are nothing without one of these keys; `*` is any name. */
const wholes: readonly Path[] = [
  ["vips", "*", "address"],
  ["nat_router", "address"],
  ...["device", "id"].map((key) => ["connection_sync", key]),
  ...["to", "from", "smtp"].map((key) => ["notify", "mail", key]),
  ...["start", "stop"].map((key) => ["failover", "services", "*", key]),
  ["virtual_servers", "*", "sorry_server", "address"],
];

const isPart = (path: Path, whole: Path): boolean =>
  path.length >= whole.length && whole.every((key, at) => key === "*" || key === path[at]);

/** What is left out: the key, or what means something else without it. */
function unitOf(path: Path): Path {
  const [top, , ...inside] = path;
  const check = path.indexOf("check");
  if (check !== -1 && (path[check + 1] === "type" || typeof path[check + 1] === "number"))
    return path.slice(0, check + 1);
  if (top === "virtual_servers" && inside[0] === "real_servers" && inside.length > 1)
    return realServerKeys.includes(String(inside[2])) ? path.slice(0, 4) : path;
  const whole = wholes.find((each) => isPart(path, each));
  if (whole !== undefined) return path.slice(0, whole.length - 1);
  if (top === "virtual_servers" && serverKeys.includes(String(inside[0]))) return path.slice(0, 2);
  return path;
}

/** Routers' own addresses are only replaced: without them there is no configuration. */
function remove(root: MapNode, path: Path): void {
  const [top, second] = path;
  if (top === "routers") {
    const routers = root.map("routers");
    const router = routers.get(String(second ?? "primary"));
    const isPrivate = path[2] === "private";
    if (isPrivate && router instanceof MapNode && router.has("private")) router.remove("private");
    else {
      const role = String(second ?? "primary");
      const missing = new Missing("router", `the ${role} router's own address`);
      routers.set(role, new MapNode("flow").set("public", missing));
    }
    return;
  }
  removeIn(root, path);
}

function removeIn(map: MapNode, [key = "", ...rest]: Path): void {
  const value = map.get(String(key));
  const [next] = rest;
  if (next === undefined) map.remove(String(key));
  else if (value instanceof MapNode) removeIn(value, rest);
  else if (Array.isArray(value) && value[0] instanceof MapNode) {
    const kept = value.filter((_, at) => at !== next);
    if (kept.length === 0) map.remove(String(key));
    else map.set(String(key), kept, map.entries().find((entry) => entry.key === key)?.origin);
  }
}

/** A problem that nothing can be left out for, at the line that it came from. */
function unsaid(problem: Problem, printed: Printed): Problem {
  const origin = originOf(problem, printed);
  return {
    file: origin?.file ?? null,
    line: origin?.line ?? null,
    column: origin === null ? null : 1,
    message: `lvsd cannot take this over: ${problem.message}`,
    hint: problem.hint,
  };
}
