/** `none`: no try is made. */
import { checkType } from "../type.ts";

export const none = checkType({
  name: "none",
  does: "is not made",
  passes: "the real server counts as up at once",
  help: [],
  keys: {},
  reasons: {},
  example: "type: none",
  runs: { by: "nothing" },
  settle: () => ({}),
});
