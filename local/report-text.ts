import { slashed } from "../core/base/paths.ts";
import { isAbsolute, join, relative } from "node:path";
import type { Mistake, Place } from "../core/base/errors.ts";
import { harmless } from "../core/ci/safe-for-log.ts";
import { placeText, type Finding, type ScanReport } from "../core/scan/finding.ts";

/** Where the reader stands: paths are shown so that a terminal opens them. Absolute paths. */
export interface Standpoint {
  readonly folder: string;
  readonly checkout: string;
  readonly colours: boolean;
}

type Style = "error" | "warning" | "note" | "good" | "plain";

/** Select Graphic Rendition (ECMA-48, 8.3.117). */
const COLOURS: Readonly<Record<Style, readonly [string, string]>> = {
  error: ["\u001b[1;31m", "\u001b[0m"],
  warning: ["\u001b[1;33m", "\u001b[0m"],
  note: ["\u001b[2m", "\u001b[0m"],
  good: ["\u001b[32m", "\u001b[0m"],
  plain: ["", ""],
};

/** A line for people: its first word has the colour, or all of it. */
function line(style: Style, text: string, { colours }: Standpoint, head = text): string {
  // What comes from outside loses its control characters before any of our own is added.
  const [all, first] = [harmless(text), harmless(head)];
  if (!colours || !all.startsWith(first)) return all;
  const [on, off] = COLOURS[style];
  return on + first + off + all.slice(first.length);
}

/** A file of the checkout, as the reader's terminal finds it. */
function seenFrom(file: string, { folder, checkout }: Standpoint): string {
  if (isAbsolute(file)) return file;
  return slashed(relative(folder, join(checkout, file)));
}

const seen = <T extends { readonly place: Place }>(finding: T, from: Standpoint): T => ({
  ...finding,
  place: { ...finding.place, file: seenFrom(finding.place.file, from) },
});

function findingLines(finding: Finding, from: Standpoint): string[] {
  const { rule, level, shown, via, fingerprint, place } = finding;
  const hidden = via === undefined ? "" : `, ${via}`;
  return [
    line(level, `${level} ${placeText(seen(finding, from))}: ${rule.name}, ${shown}${hidden}`, from, level),
    line("plain", `    ${rule.risk}`, from),
    line("plain", `    Instead: ${rule.remedy}`, from),
    line("note", `    rule ${rule.id}, fingerprint ${fingerprint}, path ${place.file}`, from),
  ];
}

export function mistakeLines({ problem, remedy, place }: Mistake, from: Standpoint): string[] {
  const where =
    place === undefined ? "" : `${seenFrom(place.file, from)}:${place.line ?? 1}:${place.column ?? 1}: `;
  return [
    line("error", `error ${where}${problem}`, from, "error"),
    ...(remedy === undefined ? [] : [line("plain", `    ${remedy}`, from)]),
  ];
}

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? "" : "s"}`;

/** `2 findings, 1 accepted finding in 12 files (0.4 MB), 1 not scanned`. */
export function sumLine(report: ScanReport, excepted: number, from: Standpoint): string {
  const { findings, unscanned, files, bytes } = report;
  const accepted = excepted === 0 ? "" : `, ${count(excepted, "accepted finding")}`;
  const sum = `${count(findings.length, "finding")}${accepted} in ${count(files, "file")} (${(bytes / 1e6).toFixed(1)} MB)`;
  const skipped = unscanned.length === 0 ? "" : `, ${unscanned.length} not scanned`;
  return line(findings.length === 0 ? "good" : "error", sum + skipped, from, sum);
}

/** The report as lines for a terminal; holds no value that was found. `unknown` is what cannot be scanned. */
export function reportText(
  report: ScanReport,
  unknown: readonly Finding[],
  excepted: number,
  mistakes: readonly Mistake[],
  from: Standpoint,
): string[] {
  const { findings, unscanned, notes } = report;
  const harmlessly = unscanned.filter((one) => one.harmless);
  return [
    ...findings.flatMap((finding) => findingLines(finding, from)),
    ...mistakes.flatMap((mistake) => mistakeLines(mistake, from)),
    ...unknown.flatMap((finding) => findingLines(finding, from)),
    ...harmlessly.map(({ file, reason }) =>
      line("note", `note ${seenFrom(file, from)}: not scanned: ${reason}`, from),
    ),
    ...notes.map((note) => line("note", `note ${note}`, from)),
    sumLine(report, excepted, from),
  ];
}

/** The report as data: what scripts may rely on. Files are relative to the checkout. */
export function reportJson(report: ScanReport, mistakes: readonly Mistake[]): object {
  return {
    version: 1,
    findings: report.findings.map(({ rule, ...rest }) => ({
      rule: rule.id,
      name: rule.name,
      risk: rule.risk,
      remedy: rule.remedy,
      owasp: rule.owasp,
      ...rest,
    })),
    unscanned: report.unscanned,
    mistakes,
    notes: report.notes,
    files: report.files,
    bytes: report.bytes,
  };
}
