/** The keys of a virtual server that say how it lives with fewer real servers than it has. */
import { address, port } from "../../keys/network-shapes.ts";
import { optional, preset, required } from "../../keys/section.ts";
import { settledMap, wordOr } from "../../keys/settled-map.ts";
import { choice, duration, quoted, type Shape, scalarShape, whole } from "../../keys/shape.ts";
import { type Amount, printAmount, quorumCounts } from "../lifecycle/quorum.ts";
import { forwarding } from "./forwarding.ts";

/** More than all weights of any table together. */
const amountMax = 2 ** 31 - 1;

const amount: Shape<Amount> = {
  ...scalarShape<Amount>(
    "a number or a percentage",
    {
      anyOf: [
        { type: "integer", minimum: 0 },
        { type: "string", pattern: "^\\d{1,3}%$" },
      ],
    },
    (text) => {
      const [, digits, percent] = /^(0|[1-9]\d{0,9})(%?)$/.exec(text) ?? [];
      const hint = "write a number such as 2, or a percentage such as 50%";
      if (digits === undefined)
        return { wrong: `${quoted(text)} is neither a number nor a percentage`, hint };
      const value = Number(digits);
      const unit = percent === "%" ? "percent" : "number";
      if (value > (unit === "percent" ? 100 : amountMax))
        return { wrong: `${text} is too much`, hint };
      return { ok: { value, unit } };
    },
  ),
  print: printAmount,
};

export const quorumKeys = {
  count: preset(
    choice("count", quorumCounts),
    "servers",
    "What the two numbers and percentages are of: real servers, each of which counts as one; or their `weights`, each by the one in this file, or by the one that its check gives it.",
  ),
  up: preset(
    amount,
    1,
    "So many healthy real servers (or so much weight of them), or more, bring the virtual server up; a percentage is rounded up.",
  ),
  down: preset(
    amount,
    0,
    "So many, or fewer, take it down; a percentage is rounded down. Between the two it stays as it is.",
  ),
};

export const quorum = settledMap(quorumKeys, ({ count, up, down }, at, path, complaints) => {
  if (up.value === 0)
    complaints.at(
      at,
      `${path}.up: ${count === "servers" ? "0 real servers are" : "a weight of 0 is"} always there`,
      "use 1 at least",
    );
  else if (up.unit === down.unit && down.value >= up.value)
    complaints.at(
      at,
      `${path}.down: ${printAmount(down)} is not less than up (${printAmount(up)})`,
      "with so many it would be up and down at once: lower `down` or raise `up`",
    );
  else return true;
  return false;
});

/** Percent of the real servers, with or without its sign. */
export const percent: Shape<number> = {
  ...scalarShape<number>(
    "a percentage, 0 to 100",
    {
      anyOf: [
        { type: "integer", minimum: 0, maximum: 100 },
        { type: "string", pattern: "^\\d{1,3}%?$" },
      ],
    },
    (text) => {
      const [, digits] = /^(0|[1-9]\d{0,2})%?$/.exec(text) ?? [];
      if (digits !== undefined && Number(digits) <= 100) return { ok: Number(digits) };
      return { wrong: `${quoted(text)} is no percentage`, hint: "use 0 to 100" };
    },
  ),
  print: (value) => `${value}%`,
};

export const sorryServerKeys = {
  address: required(address, "Its address, of the same family as the virtual server's."),
  port: optional(port, "the virtual server's", "The port it listens on; only `nat` can change it."),
  forwarding: optional(forwarding, "the virtual server's", "How packets reach it."),
};

export const sorryServer = wordOr("local", settledMap(sorryServerKeys));

/** As many instants are kept for each real server. */
const changesMax = 1000;

export const dampingKeys = {
  changes: preset(
    whole(2, changesMax, "a number of changes"),
    6,
    "So many changes between up and down hold the real server down.",
  ),
  within: preset(duration({ min: "1s" }), "10m", "The time within which they are counted."),
  hold: preset(duration({ min: "1s" }), "5m", "How long the real server is held down."),
};

export const damping = wordOr("off", settledMap(dampingKeys));
