import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import { connect } from "node:tls";
import { certificateOf } from "../../src/console/certificate.ts";
import { parseAddress } from "../../src/model/address.ts";
import { serveConsole } from "./served-console.ts";

/** Looks again and again, as long as the test's own time lasts. */
async function until(holds: () => boolean): Promise<void> {
  while (!holds()) await sleep(20);
}

test("a given certificate is taken, and its successor without a restart or a reload", async (t) => {
  const directory = mkdtempSync(join(tmpdir(), "lvsd-console-tls-"));
  t.after(() => rmSync(directory, { recursive: true }));
  const tls = { certificate: join(directory, "cert.pem"), key: join(directory, "key.pem") };
  const put = async (name: string, what: "both" | "certificate" | "key") => {
    mkdirSync(join(directory, name), { recursive: true });
    const own = { certificate: null, key: null };
    const made = await certificateOf(own, join(directory, name), Date.now());
    assert.ok(made !== null);
    if (what !== "key") writeFileSync(tls.certificate, made.cert);
    if (what !== "certificate") writeFileSync(tls.key, made.key);
    return made.fingerprint;
  };
  const first = await put("first", "both");
  const listen = parseAddress("127.0.0.1");
  assert.ok(listen !== null);
  const served = await serveConsole(t, {
    prepare: (daemon) => {
      daemon.console = { listen, port: 3636, allow: [], tls };
    },
  });
  await until(() => served.console.url?.startsWith("https:") ?? false);
  const shown = (): Promise<string> =>
    new Promise((resolve, reject) => {
      const { port } = new URL(served.console.url ?? "");
      const socket = connect({
        host: "127.0.0.1",
        port: Number(port),
        rejectUnauthorized: false,
      });
      socket.once("error", reject);
      socket.once("secureConnect", () => {
        resolve(socket.getPeerCertificate().fingerprint256);
        socket.destroy();
      });
    });
  assert.equal(await shown(), first);
  const second = await put("second", "certificate");
  for (let time = 0; time < 2; time += 1) await served.console.renewCertificate();
  assert.equal(await shown(), first, "half of a pair is none");
  const said = () => served.logged.filter((line) => /keeps its certificate/.test(line));
  assert.equal(said().length, 1, "once");
  for (const file of [tls.certificate, tls.key]) {
    const whole = readFileSync(file, "utf8");
    for (const part of ["", whole.slice(0, whole.length / 2)]) {
      writeFileSync(file, part);
      await served.console.renewCertificate();
      assert.equal(await shown(), first, `a ${part === "" ? "empty" : "half-written"} ${file}`);
    }
    writeFileSync(file, whole);
  }
  await put("second", "key");
  await served.console.renewCertificate();
  assert.equal(await shown(), second);
  // The same trouble again, after all was well.
  const troubles = said().length;
  for (const _ of ["once", "again"]) {
    const whole = readFileSync(tls.key, "utf8");
    rmSync(tls.key);
    for (let time = 0; time < 2; time += 1) await served.console.renewCertificate();
    assert.equal(await shown(), second);
    assert.match(said().at(-1) ?? "", /key\.pem: .*user lvsd-console must be able to read it/);
    writeFileSync(tls.key, whole);
    await served.console.renewCertificate();
  }
  assert.equal(said().length, troubles + 2);
});
