/** A pair and a virtual server as keepalived.conf has them, and what is imported of a text. */
import assert from "node:assert/strict";
import { parse } from "yaml";
import { importFiles } from "../../../../src/config/import/import.ts";
import { type ImportOptions, importDefaults } from "../../../../src/config/import/imported.ts";

export function imported(
  text: string,
  options: Partial<ImportOptions> = {},
  ...more: [string, string][]
) {
  const files = [
    { name: "keepalived.conf", text },
    ...more.map(([name, part]) => ({ name, text: part })),
  ];
  const read = importFiles(files, null, { ...importDefaults, ...options });
  assert.ok("text" in read, JSON.stringify(read));
  return { ...read, yaml: parse(read.text) };
}

export const pair = `vrrp_instance VI_1 {
    state MASTER
    interface eth0
    virtual_router_id 51
    priority 150
    advert_int 1
    unicast_src_ip 192.0.2.1
    unicast_peer { 192.0.2.2 }
    authentication { auth_type PASS
        auth_pass 1111
    }
    virtual_ipaddress {
        192.0.2.10/24 dev eth0 label eth0:1
        192.0.2.50/24
    }
}
`;

export const web = `virtual_server 192.0.2.10 80 {
    delay_loop 6
    lb_algo rr
    lb_kind DR
    persistence_timeout 50
    protocol TCP
    real_server 192.0.2.21 80 {
        weight 3
        TCP_CHECK { connect_timeout 3
            retry 2
        }
    }
    real_server 192.0.2.22 80 {
        TCP_CHECK {
            connect_timeout 3
            retry 2
        }
    }
}
`;

export const said = (text: string, options?: Partial<ImportOptions>): string[] =>
  imported(text, options).findings.map(
    ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line ?? 0} ${subject}: ${why}`,
  );
