/**
 * The IPVS services that lvsd has programmed, remembered in a file across restarts: what is in it
 * may be deleted when the configuration no longer asks for it, and nothing else may.
 * A disk that cannot be written must not stop the load balancing: it is reported, and lvsd goes on
 * with what it knows in memory.
 */
import { messageOf } from "../../model/error.ts";
import { readBounded, replaceFileLater } from "../../system/file/files.ts";
import type { OwnedServices } from "./reconciler.ts";

/** 100,000 services of some 60 bytes. */
const fileBytesMax = 8 * 1024 * 1024;

/** Opens the memory at `path`. An unreadable or foreign file counts as empty, and is reported. */
export function openOwnedServices(path: string, trouble: (why: string) => void): OwnedServices {
  let keys: ReadonlySet<string> = read(path, trouble);
  return {
    keys: () => keys,
    async replace(next) {
      keys = next;
      try {
        await replaceFileLater(path, `${JSON.stringify({ services: [...next] })}\n`);
      } catch (thrown) {
        trouble(`owned services are not remembered across a restart: ${messageOf(thrown)}`);
      }
    },
  };
}

function read(path: string, trouble: (why: string) => void): ReadonlySet<string> {
  try {
    const bytes = readBounded(path, fileBytesMax);
    if (bytes === null) return new Set();
    const body: unknown = JSON.parse(bytes.toString("utf8"));
    if (typeof body === "object" && body !== null && "services" in body) {
      const { services } = body;
      if (Array.isArray(services) && services.every((key) => typeof key === "string"))
        return new Set(services);
    }
    trouble(`${path}: not a list of owned services; it is taken for empty`);
  } catch (thrown) {
    trouble(`${path}: ${messageOf(thrown)}; it is taken for empty`);
  }
  return new Set();
}
