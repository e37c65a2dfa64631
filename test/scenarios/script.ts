/**
 * Plays a scenario: commands between prose, each followed by what the two routers then did.
 *
 * A line that starts with `$` is a command, one with `#` is prose; every other line is trace and
 * is written anew. The commands are the keys of `commands` below; times are in milliseconds.
 */
import type { Effect, Input, Rules } from "../../src/failover/protocol.ts";
import { type FaultKind, faultKinds, type Role, roles } from "../../src/model/router.ts";
import { ms, parseDuration } from "../../src/model/time.ts";
import { troubles } from "../simulation/deeds.ts";
import { cluster, type Options, otherCluster } from "../simulation/options.ts";
import type { Station } from "../simulation/station.ts";
import { saidIn, textOf } from "../simulation/telling.ts";
import { World } from "../simulation/world.ts";

type Words = Readonly<Record<string, string>>;

const lengthOf = (text: string): number => {
  const length = parseDuration(text);
  if (length === null) throw new Error(`no duration: ${text}`);
  return length;
};

const protocolOf = (word: string | undefined): Rules["protocol"] =>
  word === "pulse" || word === "auto" ? word : "lvsd";

function optionsOf(words: Words): Options {
  const base: Omit<Rules, "role"> = {
    alone: words.alone === "yes",
    protocol: protocolOf(words.protocol),
    cluster,
    paths: words.paths === "1" ? ["public"] : ["public", "private"],
    interval: ms(lengthOf(words.interval ?? "250ms")),
    deadAfter: ms(lengthOf(words.dead_after ?? "1s")),
    warnAfter: ms(lengthOf(words.warn_after ?? "500ms")),
    startDelay: ms(lengthOf(words.start_delay ?? "3s")),
    failback: words.failback === "manual" ? ("manual" as const) : ("auto" as const),
    failbackDelay: ms(lengthOf(words.failback_delay ?? "10s")),
    arbiter: words.arbiter === "yes",
    fence:
      words.fence === "stay" || words.fence === "take_over"
        ? { onFailure: words.fence as "stay" | "take_over" }
        : null,
    config: { serial: 1, hash: "ab".repeat(16) },
  };
  const own = words.roles === "both-backup" ? "backup" : "primary";
  const peers = words.roles === "both-primary" ? "primary" : "backup";
  // One file that swaps the roles makes both machines the same, and names the two in another order.
  const theirs = words.files === "differ" ? otherCluster : cluster;
  return {
    rules: {
      primary: { ...base, role: own },
      backup: { ...base, role: peers, cluster: theirs },
    },
    misaddressed: {
      primary: words.mistyped_on === "primary",
      backup: words.mistyped_on === "backup",
    },
    alone: base.alone,
    codec: "hmac",
    network: { delay: 0.5, jitter: 0, loss: 0, duplication: 0 },
    rates: { primary: 1, backup: 1 },
    effectMs: 0.2,
    flakiness: 0,
    readyWithin: 0.5,
    announce: { count: 5, interval: 1000, refresh: lengthOf(words.refresh ?? "60s") },
    askEvery: Number.POSITIVE_INFINITY,
  };
}

class Play {
  readonly lines: string[] = [];
  world: World;
  private readonly lastSaid = new Map<Role, string>();

  constructor() {
    this.world = this.pair({});
  }

  pair(words: Words): World {
    const plan = { seed: 1, first: "primary", apart: 0, chaosLength: 0, mishaps: [] } as const;
    this.world = new World({ ...plan, options: optionsOf(words) });
    this.world.listener = (station, input, effects) => this.tell(station, input, effects);
    this.world.checkers.lenient = words.judges === "off";
    return this.world;
  }

  station(name: string | undefined): Station {
    const role = roles.find((each) => each === name);
    if (role === undefined) throw new Error(`no router: ${name}`);
    return this.world.stations[role];
  }

  private line(role: Role, text: string): void {
    this.lines.push(`${this.world.now.toFixed(1).padStart(9)} ${role.padEnd(7)} ${text}`);
  }

  private tell(station: Station, input: Input, effects: readonly Effect[]): void {
    const { role } = station;
    const outcome = outcomeOf(input);
    if (outcome !== null) this.line(role, `< ${outcome}`);
    for (const effect of effects) {
      if (effect.kind === "send" || effect.kind === "send-word") {
        const said = wordsOf(effect);
        if (this.lastSaid.get(role) !== said) this.line(role, `says ${said}`);
        this.lastSaid.set(role, said);
      } else if (effect.kind === "report") this.line(role, `! ${textOf(effect.event)}`);
      else if (effect.kind === "refused") this.line(role, `refused: ${effect.reason}`);
      else if (effect.kind === "answer")
        this.line(role, `answers the operator: ${effect.why ?? "done"}`);
      else this.line(role, `> ${effect.kind}`);
    }
  }
}

function wordsOf(effect: Extract<Effect, { kind: "send" | "send-word" }>): string {
  if (effect.kind === "send-word") return `in pulse: ${effect.word}`;
  const said = saidIn(effect.message);
  return effect.word === null ? said : `${said}; in pulse: ${effect.word}`;
}

/** What an input tells of the outcome of an effect; null for everything else. */
function outcomeOf(input: Input): string | null {
  switch (input.kind) {
    case "claimed":
    case "released":
    case "fenced":
    case "kept":
      return input.kind;
    case "claim-failed":
    case "release-failed":
    case "fence-failed":
    case "keep-failed":
      return `${input.kind}: ${input.why}`;
    case "probed":
      return input.answered ? "an arbiter answers" : "no arbiter answers";
    default:
      return null;
  }
}

type Command = (play: Play, args: readonly string[]) => void;

const cutBy =
  (by: 1 | -1): Command =>
  (play, [from, pathName]) => {
    const { network, options } = play.world;
    const senders = from === "both" ? roles : [play.station(from).role];
    options.rules.primary.paths.forEach((name, path) => {
      if (pathName !== undefined && pathName !== name) return;
      for (const sender of senders) network.cut(path, sender, by);
    });
    play.world.disturbances += by;
    play.world.disturbed();
  };

const commands: Readonly<Record<string, Command>> = {
  /** A pair with these settings, powered off: `pair failback=manual`. */
  pair: (play, args) => {
    const pairs = args.map((arg) => arg.split("=") as [string, string]);
    play.pair(Object.fromEntries(pairs));
  },
  /** The same pair in the middle of its work: both were started three seconds ago. */
  running: (play, args) => {
    commands.pair?.(play, args);
    for (const role of roles) play.world.stations[role].boot();
    play.world.runUntil(3000);
    play.lines.length = 0;
    commands.status?.(play, []);
  },
  start: (play, [role]) => play.station(role).boot(),
  run: (play, [length]) => play.world.runUntil(play.world.now + lengthOf(length ?? "")),
  "power-off": (play, [role]) => play.station(role).powerOff(),
  /** kill -9: the addresses stay in the kernel until `clean`. */
  kill: (play, [role]) => play.station(role).kill(),
  clean: (play, [role]) => play.station(role).setVips(0),
  /** Stopped by a signal, or `suspended`, or `frozen` with its clocks, until `continue`. */
  pause: (play, [role, how]) =>
    play.station(role).pause(how === "suspended" || how === "frozen" ? how : "stopped"),
  continue: (play, [role]) => play.station(role).resume(true),
  /** What `ROLE` or `both` send is lost, on one path or on all. */
  cut: cutBy(1),
  mend: cutBy(-1),
  /** The peer's card is heard announcing a VIP; its beats of that time came too late to be heard. */
  contested: (play, [role]) => play.station(role).input({ kind: "contested" }),
  fault: (play, [role, kind]) => play.station(role).setFault(faultOf(kind), true),
  /** How many VIPs the router can hold from now on; with `unknown` it finds out by a claim. */
  holds: (play, [role, count, how]) =>
    play.station(role).setCapacity(Number(count), how !== "unknown"),
  /** Whether the router gets to the real servers. */
  reaches: (play, [role, what]) => play.station(role).reaching.set(what !== "none"),
  cleared: (play, [role, kind]) => play.station(role).setFault(faultOf(kind), false),
  /** How claims, releases and the like go: by the names of `troubles`. */
  kernel: (play, [role, how]) => {
    const trouble = Object.entries(troubles).find(([name]) => name === how);
    if (trouble === undefined) throw new Error(`no such kernel: ${how}`);
    play.station(role).deeds.troubles = trouble[1];
  },
  arbiter: (play, [role, how]) => {
    play.station(role).deeds.arbiterReachable = how === "answers";
  },
  switchover: (play, [role]) => {
    const station = play.station(role);
    play.world.checkers.asked(station, 1);
    station.input({ kind: "switchover", request: 1 });
  },
  stop: (play, [role]) => play.station(role).input({ kind: "stop" }),
  restart: (play, [role, holdFor]) =>
    play.station(role).input({ kind: "restart", holdFor: ms(lengthOf(holdFor ?? "")) }),
  interval: (play, [role, interval, deadAfter]) =>
    play.station(role).reload({
      interval: ms(lengthOf(interval ?? "")),
      deadAfter: ms(lengthOf(deadAfter ?? "")),
    }),
  /** A reload with another address: of the peer, which is wrong, or of either router. */
  readdress: (play, [role, how]) => {
    const station = play.station(role);
    station.misaddressed = how === "mistyped";
    station.reload({
      cluster: how === "back" ? cluster : otherCluster,
      config: { serial: 2, hash: "cd".repeat(16) },
    });
  },
  /** A reload that changes what is spoken. */
  protocol: (play, [role, protocol]) =>
    play.station(role).reload({ protocol: protocolOf(protocol) }),
  /** A word of pulse from the peer's address, which the peer has not sent. */
  forged: (play, [role, word]) =>
    play.world.deliverWord(
      play.station(role).role,
      0,
      word === "running" ? "running" : "stopped",
      true,
    ),
  /** A reload that changes nothing. */
  reload: (play, [role]) => play.station(role).reload({}),
  /** A reload that leaves the router with these paths of the two. */
  paths: (play, [role, ...paths]) => play.station(role).reload({ paths }),
  /** Plays a recorded datagram to a router again: the n-th that was sent to it. */
  replay: (play, [role, which]) => {
    const { network, checkers } = play.world;
    const station = play.station(role);
    const recorded = network.recordings.filter(({ to }) => to === station.role);
    const recording = recorded[Number(which) - 1];
    if (recording === undefined) throw new Error(`only ${recorded.length} datagrams to ${role}`);
    checkers.replaying(station, recording.path, recording.message);
    station.receive(recording.path, recording.message);
  },
  /** A datagram of another major version, from the peer that is heard now. */
  version: (play, [role, major]) => {
    const station = play.station(role);
    const message = station.daemon?.router.peer.message;
    if (message === null || message === undefined) throw new Error("no peer was heard");
    const header = { ...message, major: Number(major), sequence: message.sequence + 1 };
    station.input({ kind: "heard-version", path: 0, header });
  },
  /** Whose card the machines on the public network believe to answer for the VIPs. */
  clients: (play) => {
    const { believed } = play.world.clients;
    play.lines.push(`${"".padEnd(9)} clients believe ${believed ?? "nobody"}`);
  },
  /** Their entries have aged: they ask anew, and this router's answer comes last. */
  ask: (play, [role]) => play.world.clients.answer(play.station(role)),
  status: (play) => {
    for (const role of roles) {
      const { daemon, vips } = play.world.stations[role];
      const state = daemon === null ? "off" : daemon.router.state;
      play.lines.push(`${"".padEnd(9)} ${role.padEnd(7)} ${state}, ${vips} VIPs in the kernel`);
    }
  },
};

function faultOf(name: string | undefined): FaultKind {
  const kind = faultKinds.find((each) => each === name);
  if (kind === undefined) throw new Error(`no kind of fault: ${name}`);
  return kind;
}

/** The scenario with its traces as they are now. Throws where a command or a judge objects. */
export function play(text: string): string {
  const scene = new Play();
  const out: string[] = [];
  for (const line of text.split("\n")) {
    if (line.startsWith("#") || line === "") out.push(line);
    if (!line.startsWith("$")) continue;
    const [name = "", ...args] = line.slice(1).trim().split(/\s+/);
    const command = commands[name];
    if (command === undefined) throw new Error(`no such command: ${name}`);
    out.push(line);
    command(scene, args);
    out.push(...scene.lines.splice(0));
  }
  return `${out.join("\n").trimEnd()}\n`;
}
