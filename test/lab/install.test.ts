/**
 * `make install` below a directory of its own, and `make uninstall` from there: what comes is
 * complete and works where it lies, and what came goes. Needs what `make build` leaves, hence here.
 */
import assert from "node:assert/strict";
import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, describe, it } from "node:test";

const root = join(import.meta.dirname, "../..");
const { version } = JSON.parse(readFileSync(join(root, "package.json"), "utf8"));

function call(program: string, args: readonly string[], env: NodeJS.ProcessEnv = {}): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    encoding: "utf8",
    cwd: "/",
    env: { PATH: "/usr/sbin:/usr/bin:/sbin:/bin", ...env },
  });
  assert.equal(status, 0, `${program} ${args.join(" ")}: ${stdout}${stderr}`);
  return stdout;
}

/** Every file below a directory, sorted, without what the bundle calls its modules. */
const tree = (directory: string): string[] =>
  readdirSync(directory, { recursive: true, encoding: "utf8" })
    .filter((name) => !statSync(join(directory, name)).isDirectory())
    .sort();

for (const prefix of ["/usr", "/usr/local"]) {
  describe(`install with DESTDIR and PREFIX=${prefix}`, () => {
    const destination = mkdtempSync(join(tmpdir(), "lvsd-install-"));
    after(() => rmSync(destination, { recursive: true }));
    const at = (path: string): string => join(destination, path);
    const make = (action: string): string =>
      call(join(root, "build/install.sh"), [action], { DESTDIR: destination, PREFIX: prefix });

    it("puts everything where the system looks for it", () => {
      make("install");
      for (const path of [
        `${prefix}/sbin/lvsd`,
        `${prefix}/lib/lvsd/current/node`,
        `${prefix}/lib/lvsd/current/main.mjs`,
        `${prefix}/lib/lvsd/current/koffi.node`,
        `${prefix}/lib/lvsd/current/notify.node`,
        `${prefix}/lib/lvsd/current/THIRD-PARTY-LICENSES`,
        `${prefix}/lib/systemd/system/lvsd.service`,
        `${prefix}/lib/systemd/system/lvsd-console.service`,
        `${prefix}/lib/systemd/system/lvsd-runner.service`,
        `${prefix}/lib/systemd/system/lvsd-runner.socket`,
        `${prefix}/lib/sysusers.d/lvsd.conf`,
        `${prefix}/lib/tmpfiles.d/lvsd.conf`,
        `${prefix}/lib/modules-load.d/lvsd.conf`,
        `${prefix}/share/doc/lvsd/README.md`,
        "/etc/lvsd/lvsd.yaml.example",
      ])
        assert.ok(existsSync(at(path)), path);
      assert.equal(statSync(at("/etc/lvsd")).mode & 0o7777, 0o755);
    });

    it("leaves no mark to be filled in and no place of the build", () => {
      for (const name of tree(destination)) {
        if (!/\/(?:sbin|systemd|sysusers\.d|tmpfiles\.d|modules-load\.d)\/|\.mjs$/.test(name))
          continue;
        const text = readFileSync(at(name), "utf8");
        assert.doesNotMatch(text, /@(?:prefix|lib)@/, name);
        assert.ok(!text.includes(root), `${name} names ${root}`);
      }
      const unit = readFileSync(at(`${prefix}/lib/systemd/system/lvsd.service`), "utf8");
      assert.match(unit, new RegExp(`^ExecStart=${prefix}/sbin/lvsd run$`, "m"));
    });

    it("runs from there with the Node that came with it, through a link as well", () => {
      assert.equal(call(at(`${prefix}/sbin/lvsd`), ["--version"]), `${version}\n`);
      symlinkSync(at(`${prefix}/sbin/lvsd`), at("link"));
      assert.equal(call(at("link"), ["--version"]), `${version}\n`);
      rmSync(at("link"));
    });

    it("comes again over an older version, which goes unless it still runs", async (t) => {
      const before = tree(destination);
      const versions = at(`${prefix}/lib/lvsd`);
      for (const old of ["idle", "running"]) {
        mkdirSync(join(versions, old));
        copyFileSync("/bin/sleep", join(versions, old, "node"));
        chmodSync(join(versions, old, "node"), 0o755);
      }
      const daemon = spawn(join(versions, "running/node"), ["600"], { stdio: "ignore" });
      t.after(() => daemon.kill("SIGKILL"));
      await once(daemon, "spawn");
      make("install");
      assert.equal(existsSync(join(versions, "idle")), false);
      assert.equal(existsSync(join(versions, "running/node")), true);
      daemon.kill("SIGKILL");
      await once(daemon, "exit");
      make("install");
      assert.deepEqual(tree(destination), before);
    });

    it("goes without a trace, but for what the operator wrote", () => {
      writeFileSync(at("/etc/lvsd/lvsd.yaml"), "serial: 7\n");
      make("uninstall");
      assert.deepEqual(tree(destination), ["etc/lvsd/lvsd.yaml"]);
      assert.equal(readFileSync(at("/etc/lvsd/lvsd.yaml"), "utf8"), "serial: 7\n");
      rmSync(at("/etc/lvsd/lvsd.yaml"));
      make("install");
      make("uninstall");
      assert.deepEqual(tree(destination), []);
      assert.ok(!readdirSync(at("/etc")).includes("lvsd"));
    });
  });
}

describe("bin/lvsd of a checkout", () => {
  it("runs from any directory and through a link", (t) => {
    const place = mkdtempSync(join(tmpdir(), "lvsd-link-"));
    t.after(() => rmSync(place, { recursive: true }));
    symlinkSync(join(root, "bin/lvsd"), join(place, "lvsd"));
    assert.equal(call(join(root, "bin/lvsd"), ["--version"]), `${version}\n`);
    assert.equal(call(join(place, "lvsd"), ["--version"]), `${version}\n`);
  });

  it("keeps helper threads from garbage and from long compiling, and marks without one long pause", (t) => {
    const place = mkdtempSync(join(tmpdir(), "lvsd-flags-"));
    t.after(() => rmSync(place, { recursive: true }));
    for (const directory of ["bin", "dist/lvsd"])
      mkdirSync(join(place, directory), { recursive: true });
    copyFileSync(join(root, "bin/lvsd"), join(place, "bin/lvsd"));
    symlinkSync(join(root, "dist/lvsd/node"), join(place, "dist/lvsd/node"));
    writeFileSync(join(place, "dist/lvsd/main.mjs"), "console.log(process.execArgv.join(' '))");
    assert.match(
      call(join(place, "bin/lvsd"), []),
      / --single-threaded-gc --no-separate-gc-phases --no-turbofan$/m,
    );
  });
});
