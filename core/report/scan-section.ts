import { placeText, type Finding } from "../scan/finding.ts";
import type { ScanFacts } from "./facts.ts";
import { code, escapeMarkdown, table } from "./markdown.ts";

const count = (number: number, one: string): string => `${String(number)} ${one}${number === 1 ? "" : "s"}`;

/** `12 files (0.4 MB), 1 finding that stops the run, 2 accepted`, for the log too. */
export function scanLine({ report, stopping, others, accepted }: ScanFacts): string {
  const { files, bytes, unscanned } = report;
  const skipped = unscanned.filter(({ harmless }) => !harmless).length;
  const findings = stopping.length + others.length;
  return [
    `${count(files, "file")} (${(bytes / 1e6).toFixed(1)} MB)`,
    findings === 0 ? "nothing found" : count(findings, "finding"),
    ...(stopping.length > 0 && others.length > 0 ? [`${String(stopping.length)} of them stop the run`] : []),
    ...(accepted > 0 ? [`${String(accepted)} accepted`] : []),
    ...(skipped > 0 ? [`${String(skipped)} not scanned`] : []),
  ].join(", ");
}

/** What the scan for static credentials says beside the error: that one lists the findings that stop the run. */
export function scanSection(facts: ScanFacts): string {
  const { others, report } = facts;
  const row = (finding: Finding): string[] => [
    escapeMarkdown(`${finding.rule.name}: ${finding.shown}`),
    code(placeText(finding)),
    escapeMarkdown(finding.rule.risk),
    escapeMarkdown(finding.rule.remedy),
    `${code(finding.rule.id)} ${code(finding.fingerprint)}`,
  ];
  const unscanned = report.unscanned.filter(({ harmless }) => !harmless);
  const head = ["Found", "Where", "Who can use it", "Write instead", "Rule, fingerprint"];
  const skipped = unscanned.map(({ file, member, reason }) => [
    code(member === undefined ? file : `${file}!${member}`),
    escapeMarkdown(reason),
  ]);
  return [
    "### Static credentials",
    escapeMarkdown(`${scanLine(facts)}.`),
    ...(others.length > 0 ? [table(head, others.map(row))] : []),
    ...(skipped.length > 0 ? [table(["Not scanned", "Why"], skipped)] : []),
    ...report.notes.map((note) => `- ${escapeMarkdown(note)}`),
  ].join("\n\n");
}
