/** What the checks of both SQL servers must stand, apart from what each server says in its words. */
import assert from "node:assert/strict";
import { it } from "node:test";
import { tryBundled } from "../bundled.ts";
import type { ServerProgram } from "../server-program.ts";
import { trials } from "../trials.ts";

export interface SqlTrials {
  readonly type: "mysql" | "pgsql";
  /** The keys of a check that logs in. */
  readonly login: string;
  /** One try with these keys: "passed", or the reason. */
  readonly ask: (keys: string) => Promise<string>;
  readonly program: () => ServerProgram;
  readonly password: string;
}

/** To be called within the suite whose server runs. */
export function sqlTrials({ type, login, ask, program, password }: SqlTrials): void {
  const check = `${login}, query: SELECT 1`;

  it("says that the server speaks no TLS", async () => {
    assert.match(await ask(`${login}, tls: true`), /^tls: the server speaks no TLS/);
  });

  it("works as it gets installed", async () => {
    assert.deepEqual(await tryBundled(type, check, program().endpoint), { kind: "passed" });
  });

  trials({
    check,
    protocol: "tcp",
    program,
    secrets: [password],
    garbage: /^(unreadable|too-long|closed): /,
  });
}
