/** The floating gateway of each family that real servers behind NAT have. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { foundIn, pairText } from "./facts.ts";

const found = (address: string, rest = ""): readonly string[] =>
  foundIn({ text: `${pairText.replace("10.11.12.10/24", address)}${rest}` }).filter((one) =>
    one.startsWith("nat-router"),
  );

test("one of another family is none; one of each family serves both", () => {
  assert.deepEqual(found('"fd11::10/64"'), [
    "nat-router (endangers): rs1 (10.11.12.1) is reached by NAT, and nat_router has no address of IPv4 -> nat_router: { address: [IPV4/LENGTH, IPV6/LENGTH] }",
  ]);
  assert.deepEqual(found('[10.11.12.10/24, "fd11::10/64"]'), []);
});

test("another floating address in the real servers' network may be their gateway as well", () => {
  const vips = "vips: [{ address: 10.11.12.20/24, device: eth1 }]\n";
  assert.deepEqual(found('"fd11::10/64"', vips), []);
});
