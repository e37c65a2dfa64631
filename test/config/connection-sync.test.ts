/** `connection_sync`: what is read, what is refused, and what the machine must have for it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { missingDevices } from "../../src/config/on-this-machine.ts";
import { printProblem } from "../../src/keys/problem.ts";
import { kernelSettings } from "../../src/table/kernel-settings.ts";
import { accepted, readText, refused, soundText } from "./texts.ts";

const written = (value: string): string => `${soundText}connection_sync: ${value}\n`;
const backupLine = "  backup: { public: 192.168.26.8, private: 10.11.12.8 }\n";

test("left out, nothing is synchronised and no kernel parameter set for it", () => {
  const config = accepted(readText(soundText));
  assert.equal(config.connectionSync, null);
  assert.ok(!kernelSettings(config).some(({ name }) => name.includes("sync")));
});

for (const id of [0, 255])
  test(`device and id ${id} are read, and the kernel is told to say enough`, () => {
    const config = accepted(readText(written(`{ device: eth1, id: ${id} }`)));
    assert.deepEqual(config.connectionSync, {
      device: "eth1",
      id,
      group: "224.0.0.81",
      port: 8848,
      ttl: 1,
      maxLength: 160,
    });
    const settings = kernelSettings(config).filter(({ name }) => name.includes("/sync_"));
    assert.deepEqual(
      settings.map(({ name, value }) => [name.split("_").at(-1), value]),
      [
        ["version", "1"],
        ["threshold", "0\t0"],
        ["period", "10"],
        ["retries", "2"],
        ["size", "4194304"],
      ],
    );
  });

test("another group, port, distance and size are read", () => {
  const other = "group: 239.1.2.3, port: 8849, ttl: 2, max_length: 1400";
  assert.deepEqual(
    accepted(readText(written(`{ device: eth1, id: 1, ${other} }`))).connectionSync,
    { device: "eth1", id: 1, group: "239.1.2.3", port: 8849, ttl: 2, maxLength: 1400 },
  );
});

const mistakes: readonly (readonly [name: string, value: string, expected: RegExp])[] = [
  ["an id beyond the kernel's", "{ device: eth1, id: 256 }", /connection_sync\.id: 256/],
  [
    "a group that is none",
    "{ device: eth1, id: 1, group: 192.0.2.1 }",
    /connection_sync\.group: "192\.0\.2\.1" is no multicast group.*239\.255/,
  ],
  ["a group of IPv6", '{ device: eth1, id: 1, group: "ff02::81" }', /\.group: "ff02::81" is no/],
  ["more hops than a byte has", "{ device: eth1, id: 1, ttl: 256 }", /\.ttl: 256/],
  ["datagrams that hold nothing", "{ device: eth1, id: 1, max_length: 20 }", /\.max_length: 20/],
  ["no id", "{ device: eth1 }", /connection_sync: id is missing/],
  ["no device", "{ id: 1 }", /connection_sync: device is missing/],
  ["an alias label", "{ device: eth1:1, id: 1 }", /connection_sync\.device: "eth1:1"/],
];

for (const [name, value, expected] of mistakes)
  test(`refused: ${name}`, () => {
    accepted(readText(written("{ device: eth1, id: 1 }")));
    assert.match(
      refused(readText(written(value)))
        .map(printProblem)
        .join("\n"),
      expected,
    );
  });

test("without a backup there is no router to send them to", () => {
  const text = written("{ device: eth1, id: 1 }");
  accepted(readText(text));
  assert.ok(text.includes(backupLine));
  const problems = refused(readText(text.replace(backupLine, "")));
  assert.deepEqual(problems.map(printProblem), [
    "/etc/lvsd/lvsd.yaml:39:18: connection_sync: there is no backup (add `routers.backup`, or remove it)",
  ]);
});

test("a device that the machine does not have is reported with its place", () => {
  const read = readText(written("{ device: eth7, id: 1 }"));
  const config = accepted(read);
  assert.ok("places" in read);
  const here = ["eth0", "eth1"].map((name) => ({ name, addresses: [] }));
  assert.match(
    missingDevices(config, here, read.places).map(printProblem).join("\n"),
    /:40:\d+: connection_sync\.device: device eth7 does not exist \(this machine has eth0, eth1\)/,
  );
});
