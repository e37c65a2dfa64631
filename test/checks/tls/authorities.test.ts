import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { rootCertificates } from "node:tls";
import { readAuthorities, wrongWithAuthorities } from "../../../src/checks/tls/authorities.ts";
import { placeFor } from "../../system/place.ts";

const [first = "", second = ""] = rootCertificates;

test("all certificates of a file are read, whatever stands between them", (t) => {
  const path = join(placeFor(t), "ca.pem");
  writeFileSync(path, `# ours\n${first}\nand\n${second}\n`);
  assert.equal(readAuthorities(path).length, 2);
  assert.equal(wrongWithAuthorities(path), null);
});

test("a file of which a part cannot be read is of no use, and says which part", (t) => {
  const place = placeFor(t);
  const path = join(place, "ca.pem");
  const wrong = (text: string): string | null => {
    writeFileSync(path, text);
    return wrongWithAuthorities(path);
  };
  assert.equal(wrong(""), "holds no certificate in PEM");
  assert.equal(wrong(`${first}\n${second.slice(0, 200)}`), "ends within a certificate");
  const spoiled = second.replace(/\n[^\n]{20}/, `\n${"A".repeat(20)}`);
  assert.match(wrong(`${first}\n${spoiled}`) ?? "", /^certificate 2 cannot be read: (?!error)/);
  assert.equal(wrongWithAuthorities(join(place, "none")), "there is no such file");
});
