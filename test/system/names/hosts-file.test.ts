import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { parseHostName } from "../../../src/model/address.ts";
import { fromHosts, inHosts } from "../../../src/system/names/hosts-file.ts";
import { placeFor } from "../place.ts";

const text = `127.0.0.1 localhost # web.example
10.0.0.1\tWeb.Example web
not-an-address web.example
::1   web.example\t# own
`;
const host = (name: string) => parseHostName(name) ?? assert.fail(name);

test("a name has every address of its lines, whatever its case, and comments count for nothing", () => {
  assert.deepEqual(inHosts(text, host("web.example")), ["10.0.0.1", "::1"]);
  assert.deepEqual(inHosts(text, host("web")), ["10.0.0.1"]);
  assert.deepEqual(inHosts(text, host("example")), []);
});

test("a file that cannot be read has no names", async (t) => {
  const place = placeFor(t);
  writeFileSync(join(place, "hosts"), text);
  assert.deepEqual(await fromHosts(host("web"), join(place, "hosts")), ["10.0.0.1"]);
  assert.deepEqual(await fromHosts(host("web"), join(place, "none")), []);
});
