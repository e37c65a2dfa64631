/** Every route of the console, as its web server has them: a new one is attacked like the others. */
import type { FastifyInstance } from "fastify";
import { panels } from "../../../src/console/panels.ts";
import { consoleApp } from "../../../src/console/web/app.ts";
import type { ConsoleParts } from "../../../src/console/web/parts.ts";

export interface Route {
  readonly method: "GET" | "POST";
  readonly path: string;
}

/** Of a server that is made and never listens. */
export async function everyRoute(): Promise<readonly Route[]> {
  const asset = { type: "text/css", bytes: Buffer.alloc(0) };
  const parts = {
    assets: {
      byPath: new Map([["/assets/some.css", asset]]),
      paths: { style: null, script: null },
    },
    settings: () => ({ allow: [], tls: null }),
  } as unknown as ConsoleParts;
  const { app } = await consoleApp(parts, { tls: null, now: () => 0 });
  await app.ready();
  const routes = listed(app);
  await app.close();
  return routes;
}

/** `printRoutes` is the one list that the server gives: a tree, one part of a path a line. */
function listed(app: FastifyInstance): readonly Route[] {
  const routes: Route[] = [];
  const above: string[] = [];
  for (const line of app.printRoutes({ commonPrefix: false }).split("\n")) {
    const [, indent = "", part = "", methods = ""] =
      /^([│ ]*)[├└]── (\S*)(?: \(([^)]*)\))?$/.exec(line) ?? [];
    if (part === "") continue;
    const depth = indent.length / 4;
    above.length = depth;
    above[depth] = part;
    const path = above.join("");
    for (const method of ["GET", "POST"] as const)
      if (methods.split(", ").includes(method)) routes.push({ method, path });
  }
  return routes;
}

/** What panels do, by path. */
export const actionPaths: readonly string[] = panels.flatMap(({ path, actions = {} }) =>
  Object.keys(actions).map((name) => `${path}/${name}`),
);
