/** Virtual servers for which a script is asked. */
import { accepted, readText, soundText } from "../../config/texts.ts";

export const config = accepted(readText(soundText));

export const name = config.virtualServers[0]?.name ?? "";

export const usual = {
  virtualServer: name,
  realServer: null,
  method: null,
  format: null,
  undo: false,
};
