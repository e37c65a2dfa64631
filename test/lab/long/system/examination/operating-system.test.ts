import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import {
  enabledUnits,
  networkFiles,
  ownershipOf,
} from "../../../../../src/system/examination/operating-system.ts";

describe("what doctor reads of the operating system", () => {
  const tree = (t: TestContext): string => {
    const root = mkdtempSync(join(tmpdir(), "lvsd-root-"));
    t.after(() => rmSync(root, { recursive: true }));
    return root;
  };

  it("files of every manager of networks, and units that start at boot", (t) => {
    const root = tree(t);
    const paths = [
      "etc/systemd/network/a.network",
      "etc/systemd/network/a.network.d/b.conf",
      "etc/network/interfaces",
      "etc/network/interfaces.d/c",
      "etc/netplan/d.yaml",
      "etc/NetworkManager/system-connections/e",
      "etc/sysconfig/network-scripts/ifcfg-eth0",
      "etc/systemd/system/multi-user.target.wants/ipvsadm.service",
    ];
    for (const path of [...paths, "etc/hosts"]) {
      mkdirSync(join(root, path, ".."), { recursive: true });
      writeFileSync(join(root, path), path);
    }
    assert.deepEqual(
      networkFiles(root)
        .map(({ path, text }) => [path.slice(root.length + 1), text])
        .sort(),
      paths
        .slice(0, 7)
        .map((path) => [path, path])
        .sort(),
    );
    assert.deepEqual([...enabledUnits(root)], ["ipvsadm.service"]);
  });

  it("start scripts that have no unit, Debian's of ipvsadm only where it does something", (t) => {
    const root = tree(t);
    const put = (path: string, text = "") => {
      mkdirSync(join(root, path, ".."), { recursive: true });
      writeFileSync(join(root, path), text);
    };
    for (const name of ["S01ipvsadm", "S20pulse", "S02keepalived", "K01ldirectord"])
      put(`etc/rc2.d/${name}`);
    put("lib/systemd/system/keepalived.service");
    put("etc/default/ipvsadm", 'AUTO="false"\nDAEMON="none"\n');
    assert.deepEqual([...enabledUnits(root)], ["pulse.service"]);
    for (const text of ['AUTO="true"\n', 'AUTO="false"\nDAEMON="both"\n']) {
      put("etc/default/ipvsadm", text);
      assert.deepEqual([...enabledUnits(root)].sort(), ["ipvsadm.service", "pulse.service"]);
    }
  });

  it("mode and owner of a file, or that there is none", (t) => {
    const path = join(tree(t), "key");
    assert.equal(ownershipOf(path), null);
    writeFileSync(path, "", { mode: 0o604 });
    assert.equal(ownershipOf(path)?.mode, 0o604);
  });
});
