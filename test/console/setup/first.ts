/** Two routers without a configuration, and their consoles. */
import type { Status } from "../../../src/control/api.ts";
import { sampleStatus } from "../../control/sample.ts";
import type { Serving } from "../served-console.ts";

export const key = Buffer.alloc(32, 7).toString("base64");

export const filled = {
  role: "primary",
  own: "192.168.26.9",
  own2: "10.11.12.9",
  other: "192.168.26.8",
  other2: "10.11.12.8",
  vip: "192.168.26.10/255.255.255.0",
  device: "",
  port: "80",
  forwarding: "nat",
  gateway: "10.11.12.10/24",
  reals: "10.11.12.1\r\n10.11.12.2",
};

export const unconfigured: Status = {
  ...sampleStatus,
  role: null,
  state: "unconfigured",
  virtual_servers: [],
  vips: [],
  peer: null,
  config: { path: "/etc/lvsd/lvsd.yaml", serial: 0, hash: "", error: null },
};

export const fresh: Serving = {
  prepare: (daemon) => {
    daemon.current = unconfigured;
    daemon.keyed = { ok: true, path: "/etc/lvsd/live/heartbeat.key", key };
    daemon.config = async () => ({
      path: "/etc/lvsd/lvsd.yaml",
      serial: 0,
      hash: "",
      text: "",
      includes: [],
    });
  },
};
