import assert from "node:assert/strict";
import { utimesSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { rootCertificates } from "node:tls";
import type { TlsOptions } from "../../../src/check/type.ts";
import { contextOf } from "../../../src/checks/tls/context.ts";
import { MachineError } from "../../../src/model/error.ts";
import { ms } from "../../../src/model/time.ts";
import { placeFor } from "../../system/place.ts";

const plain: TlsOptions = {
  sni: null,
  ca: null,
  verify: false,
  certificate: null,
  key: null,
  minimum: "1.2",
  warnBefore: ms(0),
};

test("a context is kept for the same options until one of its files has changed", (t) => {
  const ca = join(placeFor(t), "ca.pem");
  writeFileSync(ca, rootCertificates[0] ?? "");
  const options = { ...plain, verify: true, ca };
  const first = contextOf(options);
  assert.equal(contextOf({ ...options, sni: "other" }), first, "a name needs no other one");
  assert.notEqual(contextOf({ ...options, minimum: "1.3" }), first);
  utimesSync(ca, 1, 1);
  assert.notEqual(contextOf(options), first);
  assert.equal(contextOf({ ...plain, ca: "/nowhere" }), contextOf(plain), "read to verify alone");
});

test("a file that is to blame is named, and never a key's content", (t) => {
  const place = placeFor(t);
  const file = join(place, "file.pem");
  writeFileSync(file, "geheim");
  const why = (changes: object): RegExp | string => {
    try {
      contextOf({ ...plain, ...changes });
    } catch (thrown) {
      assert.ok(thrown instanceof MachineError);
      return thrown.message;
    }
    return "no error";
  };
  assert.equal(why({ verify: true, ca: file }), `tls.ca ${file}: holds no certificate in PEM`);
  assert.equal(
    why({ certificate: join(place, "none") }),
    `tls.certificate ${place}/none: there is no such file`,
  );
  assert.equal(why({ certificate: file }), `tls.certificate ${file}: no certificate in PEM`);
  assert.equal(why({ certificate: place }), `tls.certificate ${place}: it is a directory`);
});
