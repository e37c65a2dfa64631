/** The version of lvsd, as package.json states it: the one place where a release is numbered. */
import manifest from "../../package.json" with { type: "json" };

export const version: string = manifest.version;
