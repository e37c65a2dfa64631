import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { declaredTypes, typeNamed } from "../../src/check/check-types.ts";
import { failureReasons } from "../../src/check/reason.ts";
import { drivers } from "../../src/checks/drivers.ts";
import { checkKeys, keysOf, typesWith } from "../../src/config/schema/check.ts";
import { accepted, readText } from "../config/texts.ts";

const indented = (example: string): string => example.replaceAll("\n", "\n      ");

for (const { name } of declaredTypes)
  describe(`the declaration of ${name}`, () => {
    const type = typeNamed(name);

    it("has an example that the reader takes, of this type", () => {
      const text = `routers: { primary: { public: 192.0.2.1 } }
virtual_servers:
  service:
    address: 192.0.2.2
    port: 80
    protocol: ${type.exampleProtocol ?? "tcp"}
    check:
      ${indented(type.example)}
    real_servers: { rs1: { address: 10.0.0.1 } }
`;
      const check = accepted(readText(text)).virtualServers[0]?.realServers[0]?.check;
      assert.equal(check?.type, name);
      // A Config crosses threads.
      assert.deepEqual(structuredClone(check), check);
    });

    it("uses no key of every type for something else", () => {
      for (const key of ["type", "interval", "timeout", "fall", "rise", "any"])
        assert.equal(Object.hasOwn(type.keys, key), false, key);
    });

    it("says of each reason what to look at", () => {
      for (const [reason, help] of Object.entries(type.reasons)) {
        assert.ok(
          failureReasons.some((known) => known === reason),
          reason,
        );
        assert.ok(help.length > 10, reason);
      }
    });

    it("names a driver that there is", () => {
      if (type.runs.by === "driver") assert.ok(type.runs.driver in drivers, type.runs.driver);
    });
  });

describe("the declarations together", () => {
  it("have one name each", () => {
    const names = declaredTypes.map(({ name }) => name);
    assert.deepEqual([...new Set(names)], names);
  });

  it("leave no driver unused", () => {
    const used = declaredTypes.flatMap(({ name }) => {
      const { runs } = typeNamed(name);
      return runs.by === "driver" ? [runs.driver] : [];
    });
    assert.deepEqual([...new Set(used)].sort(), Object.keys(drivers).sort());
  });

  it("agree about which keys name programs and files, whose boundary goes by the name alone", () => {
    for (const [key, { names, changedBy }] of Object.entries(checkKeys))
      for (const { name } of declaredTypes.filter((type) => typesWith(key).includes(type.name))) {
        const own = keysOf(name)[key];
        assert.deepEqual([own?.names, own?.changedBy], [names, changedBy], `${name}.${key}`);
      }
  });

  it("name a file wherever a key is called so", () => {
    for (const [key, { names }] of Object.entries(checkKeys))
      if (/_file$/.test(key)) assert.equal(names, "file", key);
  });
});
