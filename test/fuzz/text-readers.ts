/** The readers of texts: configurations, key files, other systems' files, what programs print. */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { excerpt, printableLine } from "../../src/check/excerpt.ts";
import { failureOf } from "../../src/checks/program/command-end.ts";
import { beyondControl, strangeIncludes } from "../../src/config/bounds.ts";
import { importFiles } from "../../src/config/import/import.ts";
import { importDefaults } from "../../src/config/import/imported.ts";
import { readConfig } from "../../src/config/read-config.ts";
import { withSerial } from "../../src/config/saving/edit.ts";
import { readFileName } from "../../src/config/saving/history.ts";
import { parseProc } from "../../src/kernel/ipvs-proc.ts";
import { parseSave } from "../../src/kernel/ipvs-text.ts";
import { parseThresholds } from "../../src/kernel/ipvs-thresholds.ts";
import { parseSyncDaemons } from "../../src/kernel/sync-text.ts";
import { readKey } from "../../src/keys/key.ts";
import { problemsCharactersMax, shownProblems } from "../../src/keys/problem.ts";
import { printable, printableLines } from "../../src/model/printable.ts";
import { files, root, text as textIn } from "../checkout.ts";
import { problemsOf } from "../config/import/filled-in.ts";
import { filesOf, mainPath, soundText } from "../config/texts.ts";
import { bytesOf, promised, type Reader, type Readers, textOf } from "./reader.ts";

const fixture = (path: string): Uint8Array => readFileSync(join(root, path));

/** Files of the checkout below a directory, as samples. */
const samplesBelow = (directory: string, ending: RegExp): Uint8Array[] =>
  files.filter((path) => path.startsWith(directory) && ending.test(path)).map(fixture);

function configuration(): Reader {
  const documented = [...textIn("docs/configuration.md").matchAll(/```yaml\n(.*?)```/gs)];
  return {
    samples: [
      bytesOf(soundText),
      bytesOf("a: &a [1, 2]\nb: [*a, *a, { c: *a }]\n"),
      bytesOf(`${soundText}include: [more/*.yaml]\n`),
      ...documented.map(([, example = ""]) => bytesOf(example)),
    ],
    read(bytes) {
      const text = textOf(bytes);
      const result = readConfig(mainPath, filesOf({ [mainPath]: text }));
      strangeIncludes(mainPath, text, soundText);
      if ("problems" in result) {
        promised(result.problems.length > 0, "a refusal has a problem");
        const size = JSON.stringify(result.problems).length;
        promised(size < 3 * problemsCharactersMax, "problems are bounded");
        promised(shownProblems(result.problems).join("").length < 16_384, "events are bounded");
        return;
      }
      const { config } = result;
      beyondControl(mainPath, text, soundText, config, config, () => null);
      const raised = withSerial(text, config.serial + 1);
      if (raised === null) return;
      const again = readConfig(mainPath, filesOf({ [mainPath]: raised }));
      promised("config" in again, "a text with a raised serial stays sound");
      promised("config" in again && again.config.serial === config.serial + 1, "it is raised");
    },
  };
}

const secretSample = Buffer.alloc(32, 7).toString("base64");

export const textReaders: Readers = {
  configuration,
  "key-file": () => ({
    samples: [bytesOf(`# old\n${secretSample}\n\n${secretSample}\n`)],
    read(bytes) {
      const read = readKey(Buffer.from(bytes).toString("latin1"), "/key");
      if ("problems" in read) promised(read.problems.length > 0, "a refusal has a problem");
      else
        promised(
          read.keys.every(({ length }) => length === 32),
          "a key has 32 bytes",
        );
    },
  }),
  "foreign-files": () => ({
    samples: [
      ...samplesBelow("test/fixtures/foreign/", /\.(?:cf|conf|part)$/),
      fixture("test/fixtures/ipvs/every-kind.rules"),
      bytesOf("keepalive 2\ndeadtime 9\nucast eth0 192.0.2.2\nauto_failback on\nnode a\nnode b\n"),
      bytesOf("a 192.0.2.10/24/eth0 IPaddr::10.0.0.9/24 ldirectord::ldirectord.cf\n"),
      bytesOf(
        '<cib><node id="1" uname="a"/><primitive id="v" type="IPaddr2"><nvpair name="ip" value="192.0.2.13"/></primitive></cib>\n',
      ),
      bytesOf("serial_no = 1\nprimary = 192.0.2.1\nvirtual web {\n active = 1\n port = 80\n}\n"),
      bytesOf(
        "virtual_server 192.0.2.1 80 {\n real_server 192.0.2.2 80 {\n TCP_CHECK {\n }\n }\n}\n",
      ),
    ],
    read(bytes) {
      const files = [{ name: "/x", text: textOf(bytes) }];
      for (const more of [{}, { lenient: true, fold: true, instance: "x" }]) {
        const read = importFiles(files, null, { ...importDefaults, ...more });
        if ("problems" in read) promised(read.problems.length > 0, "a refusal has a problem");
        else promised(problemsOf(read.text).length === 0, "the result passes lvsd check");
      }
    },
  }),
  "kernel-tables": () => ({
    samples: samplesBelow("test/fixtures/ipvs/", /\.(?:proc|save|thresholds)$/),
    read(bytes) {
      const text = textOf(bytes);
      parseProc(text);
      parseSave(text);
      parseThresholds(text);
      parseSyncDaemons(text);
    },
  }),
  "names-of-past-files": () => ({
    samples: [bytesOf(`00000001_2026-01-01T000000.000Z_serial-3_${"0f".repeat(32)}.yaml`)],
    read(bytes) {
      readFileName(textOf(bytes));
    },
  }),
  /** What a command of a check, of `notify` or of a service prints. */
  "answers-of-commands": () => ({
    samples: [bytesOf("warning: low\nok 3 ms\n"), bytesOf("\u001b[31mdown\u202e\n")],
    read(bytes) {
      const output = Buffer.from(bytes);
      const why = failureOf(
        { kind: "ended", status: 1, killedBy: null, output, complaint: output },
        "late",
      );
      promised(why !== null && /^[\x20-\x7e]{0,300}$/.test(why), "it is a short plain line");
      promised(/^[\x20-\x7e]*$/.test(printableLine(textOf(bytes), 100)), "a line is plain");
      promised(excerpt(bytes).length < 60, "an excerpt is short");
      const text = textOf(bytes);
      promised(!/[\p{Cc}\p{Cf}]/u.test(printable(text)), "nothing is hidden");
      const json = JSON.stringify({ text });
      promised(JSON.parse(printableLines(json)).text === text, "JSON says the same");
    },
  }),
};
