/** The keys of a failover service: commands for what runs on the active router only. */
import { commandLine } from "../../keys/command-shape.ts";
import { optional, preset, required, section } from "../../keys/section.ts";
import { duration } from "../../keys/shape.ts";
import { checkShape } from "./check.ts";

export const failoverServiceKeys = {
  start: required(
    commandLine,
    "The program that starts it, by its absolute path, and its arguments. It runs without a shell and without lvsd's capabilities, after the VIPs are announced. It ends when the service is started; status 0 also where it runs already.",
    { names: "executable" },
  ),
  stop: required(
    commandLine,
    "The program that stops it. It runs when the router is no longer active, and once on a router that begins as standby; status 0 also where nothing runs.",
    { names: "executable" },
  ),
  timeout: preset(
    duration({ min: "100ms", max: "10m" }),
    "30s",
    "How long `start` (with the first passed check) and `stop` may take; then they are killed with their process group and have failed.",
  ),
  check: optional(
    checkShape,
    "none",
    "How it is seen, on the active router alone, that the service works, as virtual servers' checks do for real servers. `address` is 127.0.0.1 where it is left out, and `port` is needed (but for `command`, where `%h` is 127.0.0.1 and there is no `%p`).",
  ),
};

export const failoverServiceSection = section(failoverServiceKeys);
