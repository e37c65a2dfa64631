/** `tcp`: the connection stands, and TLS on it where that is wanted. */
import { settleTls, targetKeys, tcpInTls, tlsKeys } from "../check-keys.ts";
import { checkType } from "../type.ts";

export const tcp = checkType({
  name: "tcp",
  does: "connects, and shakes hands with `tls`",
  passes: "the connection is established, and TLS on it with `tls`",
  help: [],
  keys: { ...targetKeys, ...tlsKeys },
  reasons: {},
  example: "{ type: tcp, interval: 1s, port: 8080 }",
  settle(values, context) {
    const tls = settleTls(values.tls, context);
    return tls === undefined ? undefined : { address: values.address, port: values.port, tls };
  },
  runs: {
    by: "dialogue",
    transport: (check) => tcpInTls(check),
  },
});
