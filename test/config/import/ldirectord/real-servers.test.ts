import { describe, test } from "node:test";
import { includes } from "../includes.ts";
import { imported, web } from "./imported.ts";

describe("real servers that were probably never meant", () => {
  const said = (text: string): string[] =>
    imported(text).findings.map(
      ({ kind, origin, subject, text: why }) => `${kind} ${origin?.line} ${subject}: ${why}`,
    );

  const cases: readonly (readonly [string, RegExp])[] = [
    [
      web.replace("192.0.2.24:80", "192.0.2.22:80"),
      /^suspicious 9 real=192\.0\.2\.22:80: listed twice/,
    ],
    [web.replace("24:80", "24:8080"), /^suspicious 9 real=192\.0\.2\.24: port 8080: with direct/],
  ];

  for (const [text, line] of cases)
    test(String(line), () => {
      includes(said(text), line);
    });
});
