/** Host names that stand for real servers. */
import { event, text, texts } from "./declaration.ts";

export const nameEvents = {
  addresses: event({
    severity: "info",
    fields: { name: text, addresses: texts, source: text },
    meaning: "a name stands for other addresses: real servers come or go with them",
    sentence: ({ name, addresses, source }) =>
      `${name} is ${addresses.join(", ")} (from the ${source})`,
    about: ({ name }) => `name ${name}`,
  }),
  failed: event({
    severity: "warn",
    fields: { name: text, text },
    meaning: "there is no answer for a name: the addresses that are known stay",
    sentence: ({ name, text: why }) => `${name} cannot be resolved, what is known stays: ${why}`,
    about: ({ name }) => `name ${name}`,
  }),
};
