import type { Mistake } from "../core/base/errors.ts";
import { harmless } from "../core/ci/safe-for-log.ts";
import { placeText, type Finding, type ScanReport } from "../core/scan/finding.ts";

function findingLines(finding: Finding): string[] {
  const { rule, level, shown, via, fingerprint } = finding;
  const hidden = via === undefined ? "" : `, ${via}`;
  return [
    `${level} ${placeText(finding)}: ${rule.name}, ${shown}${hidden}`,
    `    ${rule.risk}`,
    `    Instead: ${rule.remedy}`,
    `    rule ${rule.id}, fingerprint ${fingerprint}`,
  ];
}

export function mistakeLines({ problem, remedy, place }: Mistake): string[] {
  const where = place === undefined ? "" : `${place.file}:${place.line ?? 1}:${place.column ?? 1}: `;
  return [`error ${where}${problem}`, ...(remedy === undefined ? [] : [`    ${remedy}`])];
}

const count = (number: number, one: string): string => `${number} ${one}${number === 1 ? "" : "s"}`;

/** The report as lines for a terminal; holds no value that was found. `unknown` is what cannot be scanned. */
export function reportText(
  report: ScanReport,
  unknown: readonly Finding[],
  excepted: number,
  mistakes: readonly Mistake[],
): string[] {
  const { findings, unscanned, notes, files, bytes } = report;
  const harmlessly = unscanned.filter((one) => one.harmless);
  const skipped = [
    ...unknown.flatMap(findingLines),
    ...harmlessly.map(({ file, reason }) => `note ${file}: not scanned: ${reason}`),
  ];
  const accepted = excepted === 0 ? "" : `, ${count(excepted, "accepted finding")}`;
  const sum = `${count(findings.length, "finding")}${accepted} in ${count(files, "file")} (${(bytes / 1e6).toFixed(1)} MB)`;
  return [
    ...findings.flatMap(findingLines),
    ...mistakes.flatMap(mistakeLines),
    ...skipped,
    ...notes.map((note) => `note ${note}`),
    unscanned.length === 0 ? sum : `${sum}, ${unscanned.length} not scanned`,
  ].map((line) => harmless(line));
}

/** The report as data: what scripts may rely on. */
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
