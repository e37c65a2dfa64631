import assert from "node:assert/strict";
import { test } from "node:test";
import {
  defaultConsoleDir,
  defaultRunDir,
  defaultStateDir,
  runnerSocket,
  socketIn,
} from "../../src/cli/directories.ts";

test("files are in the usual places, or where systemd's variables say, the first of several", () => {
  assert.deepEqual(
    [defaultRunDir({}), defaultStateDir({}), defaultConsoleDir({}), runnerSocket({})],
    ["/run/lvsd", "/var/lib/lvsd", "/var/lib/lvsd-console", null],
  );
  const given = {
    RUNTIME_DIRECTORY: "/run/a:/run/b",
    STATE_DIRECTORY: "/var/a",
    LVSD_RUNNER: "/s",
  };
  assert.deepEqual(
    [defaultRunDir(given), defaultStateDir(given), defaultConsoleDir(given), runnerSocket(given)],
    ["/run/a", "/var/a", "/var/a", "/s"],
  );
  assert.equal(defaultRunDir({ RUNTIME_DIRECTORY: "" }), "/run/lvsd");
  assert.equal(runnerSocket({ LVSD_RUNNER: "" }), null);
});

test("the control socket is in the run directory", () => {
  assert.match(socketIn("/run/lvsd"), /^\/run\/lvsd\/[a-z.]+$/);
});
