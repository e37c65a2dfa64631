/** `tcp`: the connection stands. */
import { targetKeys } from "../check-keys.ts";
import { checkType } from "../type.ts";

export const tcp = checkType({
  name: "tcp",
  does: "connects",
  passes: "the connection stands",
  help: [],
  keys: targetKeys,
  reasons: {},
  example: "{ type: tcp, interval: 1s, port: 8080 }",
  runs: {
    by: "dialogue",
    transport: () => ({ protocol: "tcp", tls: null }),
    begin: () => null,
  },
  settle: ({ address, port }) => ({ address, port }),
});
