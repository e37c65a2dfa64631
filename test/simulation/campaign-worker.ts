/** One worker of a campaign: runs the stretches that it is given. */
import { parentPort } from "node:worker_threads";
import { runStretch, type Stretch } from "./stretch.ts";

const port = parentPort;
if (port === null) throw new Error("campaign-worker.ts is started by campaign.ts");
port.on("message", (stretch: Stretch) => port.postMessage(runStretch(stretch)));
