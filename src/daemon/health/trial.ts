/** Checks that an operator wants to see run once, now, from this router. No nanny hears of them. */
import pLimit from "p-limit";
import type { RunCheck } from "../../checks/check.ts";
import { targetOf } from "../../checks/target.ts";
import { Transcript } from "../../checks/transcript.ts";
import {
  type Checks,
  type Config,
  type RealServer,
  type TriedCheck,
  triedChecks,
  type VirtualServer,
} from "../../config/config.ts";
import { readTrialCheck } from "../../config/trial-check.ts";
import type { ProbedServer, ProbeReport, Refusal } from "../../control/api.ts";
import { problemElsewhere } from "../../keys/problem.ts";
import { suggest } from "../../keys/shape.ts";

/** Tries under way at once: an operator's look must not delay the checks that decide. */
const concurrentMax = 16;

export interface Trial {
  readonly virtualServer: string;
  /** Null: all of the virtual server. */
  readonly realServer: string | null;
  /** JSON: the keys of a check in place of the configured ones; null: those. */
  readonly check?: string | null;
}

/** Names that are not in the configuration are refused as a mistake in a text. */
export async function probeServers(
  { virtualServers }: Pick<Config, "virtualServers">,
  { virtualServer: name, realServer, check = null }: Trial,
  run: RunCheck,
): Promise<ProbeReport | Refusal> {
  const virtualServer = virtualServers.find((each) => each.name === name);
  if (virtualServer === undefined) {
    const known = virtualServers.map((each) => each.name);
    return unknown(`there is no virtual server ${JSON.stringify(name)}`, suggest(name, known));
  }
  const { realServers } = virtualServer;
  const wanted = realServers.filter(
    ({ name: own, named }) => realServer === null || own === realServer || named === realServer,
  );
  if (wanted.length === 0) {
    const message = `${name} has no real server${realServer === null ? "" : ` ${JSON.stringify(realServer)}`}`;
    const known = realServers.map((each) => each.name);
    return unknown(message, realServer === null ? null : suggest(realServer, known));
  }
  const other = check === null ? null : otherCheck(check, virtualServer);
  if (other !== null && "problems" in other)
    return { ok: false, fault: "text", problems: other.problems };
  const limit = pLimit(concurrentMax);
  const servers = await Promise.all(
    wanted.map((each) =>
      limit(() => probed(other === null ? each : { ...each, check: other }, run)),
    ),
  );
  return { ok: true, passed: servers.every(({ passed }) => passed), servers };
}

function otherCheck(text: string, virtualServer: VirtualServer): ReturnType<typeof readTrialCheck> {
  try {
    return readTrialCheck(JSON.parse(text), virtualServer);
  } catch {
    return { problems: [problemElsewhere("check: no JSON")] };
  }
}

const unknown = (message: string, hint: string | null): Refusal => ({
  ok: false,
  fault: "text",
  problems: [problemElsewhere(message, hint)],
});

async function probed(realServer: RealServer, run: RunCheck): Promise<ProbedServer> {
  const { name, address, port, check } = realServer;
  const tries: ProbedServer["tries"][number][] = [];
  for (const one of triedChecks(check)) tries.push(await tried(one, realServer, run));
  return { real_server: name, address, port, passed: together(check, tries), tries };
}

const together = (check: Checks, tries: ProbedServer["tries"]): boolean =>
  check.type === "several" && check.any
    ? tries.some(({ passed }) => passed)
    : tries.every(({ passed }) => passed);

async function tried(
  check: TriedCheck,
  { address, port }: RealServer,
  run: RunCheck,
): Promise<ProbedServer["tries"][number]> {
  const transcript = new Transcript();
  const endpoint = { address, port };
  const end = await run(check, endpoint, new AbortController().signal, transcript);
  const target = targetOf(check, endpoint);
  return {
    type: check.type,
    address: target.address,
    port: target.port,
    passed: end.kind === "passed",
    took_ms: end.took,
    reason: end.kind === "failed" ? end.reason : null,
    why: end.kind === "failed" ? end.why : null,
    steps: transcript.steps(),
  };
}
