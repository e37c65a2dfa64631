/** The version of lvsd, as package.json states it: the one place where a release is numbered. */
import manifest from "../../package.json" with { type: "json" };

export const version: string = manifest.version;

/**
 * What an operator does about a daemon of another version. Not `systemctl restart`, with which
 * systemd ends what failover services have left running (docs/services.md).
 */
export const startsInstalled = "lvsd restart starts the version that is installed";
