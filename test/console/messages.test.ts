import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { languages, preferredLanguage } from "../../src/console/messages/message.ts";
import { messages, sayIn } from "../../src/console/messages/messages.ts";
import { panels } from "../../src/console/panels.ts";
import { sources, text } from "../checkout.ts";

const placeholders = (of: string): readonly string[] =>
  [...of.matchAll(/\{(\w+)\}/g)].map((match) => match[1] ?? "").sort();

/** Names that are the same in every language. */
const untranslated: ReadonlySet<string> = new Set(["help.old"]);

describe("the messages of the console", () => {
  it("are complete in every language, with the same placeholders", () => {
    assert.ok(Object.keys(messages).length > 80);
    for (const [key, message] of Object.entries(messages)) {
      assert.deepEqual(Object.keys(message).sort(), [...languages].sort(), key);
      for (const language of languages) {
        assert.ok(message[language].trim() !== "", `${key} ${language}`);
        const wanted = placeholders(message.en);
        assert.deepEqual(placeholders(message[language]), wanted, `${key} ${language}`);
      }
    }
  });

  it("are translated: those in Japanese and Chinese have letters of theirs", () => {
    for (const [key, message] of Object.entries(messages)) {
      if (untranslated.has(key) || !/[a-z]{3}/.test(message.en.replaceAll(/\{\w+\}/g, "")))
        continue;
      assert.match(message.ja, /[\p{sc=Han}\p{sc=Hiragana}\p{sc=Katakana}]/u, key);
      assert.match(message["zh-TW"], /\p{sc=Han}/u, key);
    }
  });

  it("are all said somewhere", () => {
    const code = sources
      .filter((path) => path.startsWith("src/console/") && !path.includes("/messages/"))
      .map(text)
      .join("\n");
    const built = [...code.matchAll(/`(\w+\.[\w-]*)\$\{/g)].map((match) => match[1] ?? "");
    const silent = Object.keys(messages).filter(
      (key) => !code.includes(`"${key}"`) && !built.some((start) => key.startsWith(start)),
    );
    assert.deepEqual(silent, []);
  });

  it("take their values", () => {
    assert.equal(sayIn("en")("control.ms", { ms: 3 }), "3 ms");
    assert.equal(sayIn("zh-TW")("control.ms", { ms: 3 }), "3 毫秒");
  });

  it("are said in the language that a browser asks for", () => {
    const cases: [string | undefined, string][] = [
      [undefined, "en"],
      ["", "en"],
      ["ja,en;q=0.5", "ja"],
      ["en;q=0.5, ja", "ja"],
      ["zh-CN,zh;q=0.9", "zh-TW"],
      ["de-DE,de;q=0.9,en;q=0.8", "en"],
      ["fr", "en"],
      ["ja;q=0,en", "en"],
    ];
    for (const [header, language] of cases)
      assert.equal(preferredLanguage(header), language, header);
  });
});

describe("the panels", () => {
  it("have paths of their own, and what HELP says of them", () => {
    const paths = panels.map(({ path }) => path);
    assert.equal(new Set(paths).size, paths.length);
    for (const { path } of panels) assert.match(path, /^\/[a-z-]+$/);
  });

  it("write attributes in double quotes, so that one way of escaping fits", () => {
    const loose = sources
      .filter((path) => path.startsWith("src/console/") && !path.includes("/assets/"))
      .filter((path) => /html`[^`]*=\$\{|html`[^`]*='\$\{/.test(text(path)));
    assert.deepEqual(loose, []);
  });

  it("work in a text browser: a form goes to one place, whichever of its buttons was pressed", () => {
    const lost = sources
      .filter((path) => path.startsWith("src/console/"))
      .filter((path) => /formaction|formmethod|onclick/.test(text(path)));
    assert.deepEqual(lost, []);
  });
});
