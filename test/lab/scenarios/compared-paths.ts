import {
  bothAt,
  inTurn,
  limitFor,
  roundsOr,
  type Story,
  withClient,
  withWatch,
} from "../compared/compared.ts";
import type { Lab } from "../lab.ts";
import type { Direction, Impairment } from "../machine/network.ts";
import { natPair } from "../machine/topology.ts";
import { type Figures, type Goal, scenario } from "../scenario.ts";

const rounds = roundsOr(5);
const nets = ["private", "public"] as const;

/** lvsd's defaults, and a rhythm that is the same. */
const settings = {
  lvsd: {},
  keepalived: { advertInterval: 0.25, priorities: [254, 253] },
} as const;
const oneHolderMs = 1000 + 2 * 250;

interface Fault {
  readonly name: string;
  readonly what: string;
  readonly machine: "r1" | "r2";
  readonly direction: Direction;
  readonly impairment: Impairment;
  readonly forMs: number;
}

const faults: readonly Fault[] = [
  {
    name: "DeafStandby",
    what: "the standby hears nothing for 8 s",
    machine: "r2",
    direction: "in",
    impairment: { loss: 100 },
    forMs: 8000,
  },
  {
    name: "DeafActive",
    what: "the active router hears nothing for 8 s",
    machine: "r1",
    direction: "in",
    impairment: { loss: 100 },
    forMs: 8000,
  },
  {
    name: "Loss",
    what: "30 % loss on both paths for 20 s",
    machine: "r2",
    direction: "both",
    impairment: { loss: 30 },
    forMs: 20_000,
  },
  {
    name: "Delay",
    what: "200 ms of delay each way on both paths for 8 s",
    machine: "r2",
    direction: "both",
    impairment: { delayMs: 200 },
    forMs: 8000,
  },
];

/** Figures of a fault: takeovers, ms until one holder for good, the client's outage. */
function goalsOf({ name, what }: Fault): Readonly<Record<string, Goal>> {
  const changeable = name === "DeafStandby";
  return Object.fromEntries(
    (["lvsd", "keepalived"] as const).flatMap((product): [string, Goal][] => {
      const own = product === "lvsd";
      return [
        [
          `${product}${name}Changes`,
          {
            what: `${what}: takeovers, ${product}`,
            unit: "changes",
            ...(own ? { atMost: changeable ? 1 : 0, exact: true } : {}),
          },
        ],
        [
          `${product}${name}Doubled`,
          {
            what: `${what}: two held the VIP until, ${product}`,
            unit: "ms",
            ...(own ? { atMost: changeable ? oneHolderMs : 0, exact: !changeable } : {}),
          },
        ],
        [`${product}${name}Outage`, { what: `${what}: client outage, ${product}`, unit: "ms" }],
      ];
    }),
  );
}

/** The fault lasts; who holds, and what the client sees, until it is over and all is served again. */
const storyOf =
  (lab: Lab, fault: Fault): Story =>
  (pair) =>
    withClient(lab, (client) =>
      withWatch(lab, pair, async (watch) => {
        const { name, machine, direction, impairment } = fault;
        await lab.network.impair(machine, nets, direction, impairment, "heartbeat");
        const begun = lab.now();
        await lab.elapse(fault.forMs);
        const seen = await watch.seen();
        const { outage } = await client.report();
        lab.say(`${fault.what}, ${pair.product}: ${seen.told(begun)}`);
        return {
          [`${name}Changes`]: seen.takeovers,
          [`${name}Doubled`]: seen.doubledUntil(begun),
          [`${name}Outage`]: outage,
        };
      }),
    );

export default scenario({
  title: "lvsd and keepalived in turn: one-way deafness, loss and delay of what the routers say",
  topology: natPair,
  goals: Object.assign({}, ...faults.map(goalsOf)),
  limitSeconds: limitFor(rounds, 240),
  benchOnly: true,
  async play(lab) {
    const figures: Figures[] = [];
    for (const fault of faults)
      figures.push(await inTurn(lab, rounds, bothAt(lab, settings), storyOf(lab, fault)));
    return Object.assign({}, ...figures);
  },
});
