/** How packets reach a real server, as it is written. */
import { choice } from "../../keys/shape.ts";

export const forwarding = choice("forwarding", ["nat", "direct", "tunnel"]);
