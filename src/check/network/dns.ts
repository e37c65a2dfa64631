/** `dns`: a name server answers a question (RFC 1035). */
import { optional, preset } from "../../keys/section.ts";
import { choice, text } from "../../keys/shape.ts";
import { judgeExpect, regexKey, sayCharactersMax, targetKeys } from "../check-keys.ts";
import { checkType, type ValueOf } from "../type.ts";

// biome-ignore format: one line
const comparedRecords = ["A", "AAAA", "CAA", "CNAME", "MX", "NS", "PTR", "SOA", "SRV", "TXT"] as const;
const otherRecords = ["DNSKEY", "DS", "RRSIG"] as const;

export type DnsRecord = (typeof comparedRecords | typeof otherRecords)[number];

export const dns = checkType({
  name: "dns",
  does: "sends one query, over UDP or TCP",
  passes: "the answer's code is NOERROR, and a record of it fits `expect`",
  help: [
    "- Without `expect` an answer without records passes as well: configure one for a resolver that may give wrong answers.",
    "- `expect` is the data of a record as zone files write it, or one whole field of it: `192.0.2.7`,",
    "  `10 mail.example.com`, `mail.example.com`. Case and the dot at the end do not matter. With",
    "  `regex: true` it is a pattern that must match somewhere in the data of all records, one a line.",
    "- The query requests recursion. Over UDP an answer may be cut at 512 bytes: then use",
    "  `protocol: tcp`. To check both ways give two checks.",
  ],
  keys: {
    ...targetKeys,
    protocol: optional(
      choice("protocol", ["tcp", "udp"]),
      "the virtual server's",
      "Whether to speak over TCP or UDP.",
    ),
    name: preset(
      text({
        what: "a domain name",
        max: 254,
        pattern: /^(?:\.|(?:[A-Za-z0-9_*/-]{1,63}\.)*[A-Za-z0-9_*/-]{1,63}\.?)$/,
        hint: "give a name such as www.example.com, or a dot for the root; others as in Punycode",
      }),
      ".",
      "The name that is asked for; the dot is the root.",
    ),
    record: preset(
      choice("type of record", [...comparedRecords, ...otherRecords]),
      "SOA",
      "The type of record that is asked for.",
    ),
    expect: optional(
      text({ what: "text", max: sayCharactersMax }),
      "anything",
      "The data that a record of the answer must have.",
    ),
    regex: regexKey,
  },
  reasons: {
    unexpected:
      "REFUSED: the server does not serve this name to this router; SERVFAIL: its zone or its upstream; NXDOMAIN: `name`; or another record than expected",
    unreadable: "what listens on this port; the check's `protocol` and `port`",
  },
  example: "{ type: dns, name: www.example.com, record: A, expect: 192.0.2.80 }",
  exampleProtocol: "udp",
  settle(values, context) {
    const { address, port, name, record, expect, regex } = values;
    const protocol = values.protocol ?? context.protocol;
    const fits = judgeExpect({ expect, regex }, context);
    if (expect !== null && otherRecords.some((other) => other === record)) {
      const hint = "remove it: that an answer comes is what can be checked of this type";
      context.complain("expect", `the data of ${record} records is not compared`, hint);
      return undefined;
    }
    if (protocol === undefined || !fits) return undefined;
    return { address, port, protocol, name, record, expect, regex };
  },
  runs: { by: "driver", driver: "dns" },
});

export type DnsCheck = ValueOf<typeof dns>;
