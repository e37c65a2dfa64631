/** What `lvsd doctor` says, as text: the gravest first, each with what to do. */

import { type Severity, severities } from "../../advice/findings/finding.ts";
import type { Found } from "../../advice/findings/findings.ts";
import type { Paint, Shade } from "./paint.ts";

export interface DoctorText {
  readonly role: string | null;
  readonly daemon: boolean;
  /** Why the peer could not be asked; null: it was, or there was no need. */
  readonly peer_unknown: string | null;
  readonly findings: readonly Found[];
  /** How many findings were looked for. */
  readonly examined: number;
}

const shades: Readonly<Record<Severity, Shade>> = {
  prevents: "bad",
  endangers: "doubtful",
  advises: "quiet",
};

const titles: Readonly<Record<Severity, string>> = {
  prevents: "prevents service",
  endangers: "endangers service",
  advises: "to know",
};

export function doctorReport(report: DoctorText, paint: Paint): string {
  const { findings, examined, role, daemon, peer_unknown: unknownPeer } = report;
  const lines = severities.flatMap((severity) => {
    const found = findings.filter((one) => one.severity === severity);
    if (found.length === 0) return [];
    const names = [...new Set(found.map(({ finding }) => finding))];
    return [
      paint(shades[severity], titles[severity]),
      ...names.flatMap((name) =>
        entry(
          found.filter(({ finding }) => finding === name),
          paint,
        ),
      ),
      "",
    ];
  });
  const who = role === null ? "this machine is none of the routers" : `this machine is the ${role}`;
  const asked = daemon
    ? unknownPeer === null
      ? ""
      : `; nothing is known of the peer: ${unknownPeer}`
    : "; no daemon answers, so that nothing is known of the peer";
  const kinds = new Set(findings.map(({ finding }) => finding)).size;
  return `${[...lines, `${examined} findings looked for, ${kinds} found; ${who}${asked}`].join("\n")}\n`;
}

const entry = (found: readonly Found[], paint: Paint): readonly string[] => [
  `  ${paint("strong", found[0]?.finding ?? "")}: ${found[0]?.says ?? ""}`,
  ...found.flatMap(({ seen, remedy }) => [
    `    ${seen}`,
    ...(remedy === null ? [] : [paint("quiet", `      ${remedy}`)]),
  ]),
];
