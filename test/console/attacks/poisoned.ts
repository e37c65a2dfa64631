/** A daemon whose every text has markup in it: what real servers, files and the peer may make it say. */
import type { Controlled } from "../../../src/control/requests.ts";
import { evil } from "./texts.ts";

/** Words of the daemon's own by which the console chooses what it shows. */
const chosen =
  /^(?:state|kind|role|severity|order|area|action|event|peer|mark|hash|started|refused|fault|order)$/;
const instant = /^\d{4}-\d\d-\d\dT/;

/** Every text in a value, with markup behind it. */
export function poisoned<Value>(value: Value, key = ""): Value {
  if (typeof value === "string")
    return (chosen.test(key) || instant.test(value) ? value : `${value}${evil}`) as Value;
  if (Array.isArray(value)) return value.map((one) => poisoned(one, key)) as Value;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, one]) => [name, poisoned(one, name)]),
  ) as Value;
}

/** Files are read, so their texts have markup where a file may have it; settings are no texts. */
const asTheyAre = ["config", "pastConfigs", "pastConfig", "consoleSettings", "asked"];

export const poisonedDaemon = (daemon: Controlled): Controlled =>
  new Proxy(daemon, {
    get(target, name) {
      const own = Reflect.get(target, name) as unknown;
      if (typeof own !== "function" || asTheyAre.includes(String(name))) return own;
      return (...given: unknown[]) => {
        if (name === "follow") return own.apply(target, given);
        const answer: unknown = own.apply(target, given);
        return answer instanceof Promise
          ? answer.then((value) => poisoned(value))
          : poisoned(answer);
      };
    },
  });
