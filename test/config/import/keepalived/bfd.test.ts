import assert from "node:assert/strict";
import { test } from "node:test";
import { imported, said } from "./imported.ts";

test("BFD_CHECK asks about the session of its instance, and says what is not carried", () => {
  const instances = `bfd_instance near {
neighbor_ip 192.0.2.21
source_ip 192.0.2.1
min_rx 50
min_tx 5
idle_tx 300
multiplier 3
passive
ttl 64
}
bfd_instance far {
neighbour_ip 192.0.2.99
max_hops 2
}
bfd_instance unasked {
neighbor_ip 192.0.2.98
}
`;
  const text = `${instances}virtual_server 192.0.2.10 80 {
protocol TCP
real_server 192.0.2.21 80 {
  BFD_CHECK {
    name near
  }
  BFD_CHECK { name far
  }
  BFD_CHECK { name none
  }
}
}
`;
  const { yaml } = imported(text);
  const [server] = Object.values(yaml.virtual_servers) as { check: object }[];
  assert.deepEqual(server?.check, [
    { type: "bfd", min_tx: "10ms", min_rx: "50ms", multiplier: 3, passive: true },
    {
      type: "bfd",
      address: "192.0.2.99",
      min_tx: "10ms",
      min_rx: "10ms",
      multiplier: 5,
      max_hops: 2,
    },
  ]);
  const lines = said(text).filter((line) => /bfd|BFD|min_tx|max_hops/.test(line));
  for (const wanted of [
    /^left-out 3 bfd_instance near: source_ip: packets leave from the address/,
    /^changed 5 min_tx: "5": lvsd takes 10 ms to 1 min, and here 10 ms$/,
    /^changed 6 bfd_instance near: idle_tx: lvsd sends once a second/,
    /^changed 9 bfd_instance near: ttl: packets leave with 255/,
    /^changed 13 max_hops: over routers keepalived stays at UDP port 3784/,
    /^left-out 15 bfd_instance unasked: no BFD_CHECK asks about it$/,
    /^suspicious 26 BFD_CHECK: "none": no bfd_instance is called so; keepalived drops/,
  ])
    assert.ok(
      lines.some((line) => wanted.test(line)),
      `${wanted}\n${lines.join("\n")}`,
    );
  assert.equal(lines.length, 7, lines.join("\n"));
});
