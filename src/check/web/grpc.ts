/** `grpc`: the health service of a gRPC server says that it serves. */
import { preset } from "../../keys/section.ts";
import { hostKey, line, settleTls, targetKeys, tlsKeys } from "../check-keys.ts";
import { checkType, type ValueOf } from "../type.ts";

export const grpc = checkType({
  name: "grpc",
  does: "connects and calls grpc.health.v1.Health/Check",
  passes: "the answer is SERVING",
  help: [
    "- HTTP/2 from the first byte, or over TLS with `tls` (ALPN `h2`).",
    "- The server must have gRPC's health service, which every gRPC library brings.",
  ],
  keys: {
    ...targetKeys,
    service: preset(
      line("the name of a service", 256),
      "",
      "The service that is asked about; the empty text is the whole server.",
    ),
    host: hostKey,
    ...tlsKeys,
  },
  reasons: {
    unexpected:
      "NOT_SERVING: the server's own trouble; NOT_FOUND: `service`; UNIMPLEMENTED: no health service",
    unreadable: "does this port speak HTTP/2, without TLS or with it (`tls`)",
  },
  example: "{ type: grpc, port: 50051, service: shop.Cart }",
  settle({ address, port, service, host, tls: given }, context) {
    const tls = settleTls(given, context);
    return tls === undefined ? undefined : { address, port, service, host, tls };
  },
  runs: { by: "driver", driver: "grpc" },
});

export type GrpcCheck = ValueOf<typeof grpc>;
