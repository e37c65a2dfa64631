/** Programs and files that a configuration names and that this machine lacks. */
import { statSync } from "node:fs";
import type { Config } from "../../config/config.ts";
import type { Place, Places } from "../../keys/place.ts";
import type { Problem } from "../../keys/problem.ts";
import { unreadable } from "../file/files.ts";

/** Whether somebody may run it: not always who asks, since commands have a user of their own. */
function isProgram(path: string): boolean {
  try {
    const found = statSync(path);
    return found.isFile() && (found.mode & 0o111) !== 0;
  } catch (thrown) {
    // What is hidden from who asks may be there.
    return thrown instanceof Error && "code" in thrown && thrown.code === "EACCES";
  }
}

/** A configuration, as far as it names files. */
export interface Naming {
  readonly config: Pick<Config, "failover" | "notify">;
  readonly places: Pick<Places, "fence" | "services" | "checkNeeds">;
}

/**
 * Programs that cannot be run here, and files of checks that cannot be read here. Not those that
 * `loaded` names already: their absence is no news of a change of something else.
 */
export function missingFiles(next: Naming, loaded: Naming | null = null): readonly Problem[] {
  const known = new Set(loaded === null ? [] : namedFiles(loaded));
  return missing(next, (path) => !known.has(path));
}

/** Every program and file that it names. */
export const namedFiles = (naming: Naming): readonly string[] => [
  ...namedPrograms(naming).map(([, program]) => program),
  ...naming.places.checkNeeds.map(({ path }) => path),
];

/** The programs that it names outside its checks. */
export const programsOf = (config: Naming["config"]): readonly string[] =>
  namedPrograms({ config, places: { fence: null, services: null, checkNeeds: [] } }).map(
    ([, program]) => program,
  );

const missing = (next: Naming, isNew: (path: string) => boolean): readonly Problem[] => [
  ...namedPrograms(next)
    .filter(([, program]) => isNew(program) && !isProgram(program))
    .map(([key, program, place]) =>
      problemAt(
        place,
        `${key}: ${program} is no program that can be run here`,
        "install it, and make it executable",
      ),
    ),
  ...next.places.checkNeeds.flatMap(({ names, path, place }) => {
    const why = names === "file" && isNew(path) ? unreadable(path) : null;
    if (why === null) return [];
    return problemAt(place, `${place.key}: ${path}: ${why}`, "put it there, readable for lvsd");
  }),
];

function namedPrograms({
  config: {
    failover: { fence, services },
    notify,
  },
  places,
}: Naming): readonly (readonly [key: string, program: string, place: Place | null])[] {
  return [
    ...(fence === null
      ? []
      : [["failover.fence.command", fence.command.command, places.fence] as const]),
    ...services.flatMap(({ name, start, stop }) => [
      [`failover.services.${name}.start`, start.command, places.services] as const,
      [`failover.services.${name}.stop`, stop.command, places.services] as const,
    ]),
    ...(notify.command === null ? [] : [["notify.command", notify.command.command, null] as const]),
    ...places.checkNeeds.flatMap(({ names, path, place }) =>
      names === "executable" ? [[place.key, path, place] as const] : [],
    ),
  ];
}

const problemAt = (place: Place | null, message: string, hint: string): Problem => ({
  file: place?.file ?? null,
  line: place?.line ?? null,
  column: place?.column ?? null,
  message,
  hint,
});
