/**
 * keepalived and ldirectord with the files of test/fixtures/foreign/, each in a namespace of its own
 * beside real servers that answer for every address of 10.9.0.0/24 and fd09::/64.
 */
import { type ChildProcess, spawn } from "node:child_process";
import { copyFileSync, mkdirSync, openSync, readdirSync } from "node:fs";
import { basename, join } from "node:path";
import type { Lab } from "../lab.ts";
import { feed, output } from "../machine/pipe.ts";
import { LabProgram } from "../programs/lab-program.ts";

/** The ports of the fixtures' real servers. */
const ports = [25, 53, 80, 81, 82, 443, 3306, 8000, 8001, 8002, 8003, 8080, 8081];
const serversNamespace = "originals";

export interface Original {
  /** `keepalived/direct.conf`. */
  readonly fixture: string;
  readonly namespace: string;
  /** The lines of `ipvsadm -Sn`, sorted. */
  table(): Promise<readonly string[]>;
}

/** A machine with a cable to the real servers. */
interface Attached {
  readonly namespace: string;
  readonly number: number;
}

const inside = (namespace: string, ...lines: readonly string[]): Promise<string> =>
  feed("ip", ["-n", namespace, "-batch", "-"], `${lines.join("\n")}\n`);

const deviceOf = ({ number }: Attached): string => (number === 0 ? "orig0" : "eth0");

/** The far ends of the cables, all of them with one program. */
const farEnd = (each: Attached): readonly string[] => {
  const port = `p${each.number}`;
  return [
    `link add ${port} type veth peer name ${deviceOf(each)} netns ${each.namespace}`,
    `addr add 10.255.${each.number}.2/30 dev ${port}`,
    `addr add fd55:${each.number}::2/64 dev ${port} nodad`,
    `link set ${port} up`,
  ];
};

function nearEnd(each: Attached): Promise<string> {
  const device = deviceOf(each);
  const number = each.number;
  return inside(
    each.namespace,
    "link set lo up",
    `addr add 10.255.${number}.1/30 dev ${device}`,
    `addr add fd55:${number}::1/64 dev ${device} nodad`,
    `link set ${device} up`,
    `route add 10.9.0.0/24 via 10.255.${number}.2`,
    `route add fd09::/64 via fd55:${number}::2`,
  );
}

/** Starts the real servers, with cables to `r1` and to these machines. */
async function startServers(lab: Lab, machines: readonly Attached[]): Promise<void> {
  const names = [serversNamespace, ...machines.map(({ namespace }) => namespace)];
  await feed("ip", ["-batch", "-"], names.map((name) => `netns add ${name}\n`).join(""));
  const all = [{ namespace: "r1", number: 0 }, ...machines];
  const local = ["10.9.0.0/24", "fd09::/64"].map((net) => `route add local ${net} dev lo`);
  await inside(serversNamespace, "link set lo up", ...local, ...all.flatMap(farEnd));
  for (const each of all) await nearEnd(each);
  const words = ["fine", ports.join(","), "-"];
  const server = await LabProgram.start(serversNamespace, "real-server", ...words);
  lab.endWith(async () => {
    await server.kill();
    await output("ip", "netns", "del", serversNamespace);
  });
}

const commandOf = (fixture: string, file: string, place: string): readonly string[] =>
  fixture.startsWith("keepalived/")
    ? [
        "keepalived",
        "--dont-fork",
        "--no-syslog",
        "--log-console",
        "--use-file",
        file,
        "--config-id",
        "other",
        "--pid",
        `${place}/pid`,
        "--vrrp_pid",
        `${place}/vrrp`,
        "--checkers_pid",
        `${place}/checkers`,
      ]
    : ["ldirectord", "-d", file, "start"];

/** Every fixture that its own program accepts, by its program; resolves when all run. */
export async function startOriginals(lab: Lab): Promise<readonly Original[]> {
  const fixtures = ["keepalived", "ldirectord"].flatMap((kind) =>
    readdirSync(join(fixturesDirectory(lab), kind))
      .filter((file) => /\.(?:conf|cf)$/.test(file) && file !== "refused.cf")
      .map((file) => `${kind}/${file}`),
  );
  const machines = fixtures.map((_, at) => ({ namespace: `o${at + 1}`, number: at + 1 }));
  await startServers(lab, machines);
  lab.say(`${fixtures.length} machines are attached to the real servers`);
  return fixtures.map((fixture, at) => {
    const namespace = `o${at + 1}`;
    const place = `/run/lab/originals/${namespace}`;
    mkdirSync(place, { recursive: true });
    lab.endWith(start(lab, fixture, namespace, place));
    const table = async (): Promise<readonly string[]> =>
      linesOf(await output("ip", "netns", "exec", namespace, "ipvsadm", "-Sn"));
    return { fixture, namespace, table };
  });
}

/** Takes the cable away that leads from `r1` to the real servers. */
export const detachRouter = (): Promise<string> => inside("r1", "link del orig0");

/** Starts the original; the result ends it and takes its namespace away. */
function start(lab: Lab, fixture: string, namespace: string, place: string): () => Promise<void> {
  for (const name of [basename(fixture), "parameters.part"])
    if (name !== "parameters.part" || fixture.endsWith("parameters.conf"))
      copyFileSync(join(fixturesDirectory(lab), fixture, "..", name), join(place, name));
  const file = join(place, basename(fixture));
  const log = openSync(`${place}/log`, "a");
  const child: ChildProcess = spawn(
    "ip",
    ["netns", "exec", namespace, ...commandOf(fixture, file, place)],
    { stdio: ["ignore", log, log], detached: true },
  );
  return async () => {
    // All of its processes; what it has put into the kernel goes with the namespace.
    if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, "SIGKILL");
    await output("ip", "netns", "del", namespace);
  };
}

export const fixturesDirectory = (lab: Lab): string =>
  join(lab.surroundings.project, "test/fixtures/foreign");

export const linesOf = (text: string): readonly string[] =>
  text
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "")
    .sort();
