import { placeText, type Finding } from "../scan/finding.ts";
import type { AcceptedException, ScanFacts } from "./facts.ts";
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

/** `Accepted until 2027-01-31: named-token in a.py (a sample)`, for the log. */
export function acceptedLine({ rule, file, until, reason }: AcceptedException): string {
  return `Accepted until ${until}: ${rule} in ${file} (${reason})`;
}

/** What the scan for static credentials says beside the error: that one lists the findings that stop the run. */
export function scanSection(facts: ScanFacts): string {
  const { others, report, exceptions } = facts;
  const accepted = exceptions.map(({ rule, file, until, reason }) => [
    code(rule),
    code(file),
    escapeMarkdown(until),
    escapeMarkdown(reason),
  ]);
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
    ...(accepted.length > 0 ? [table(["Accepted", "In", "Until", "Because"], accepted)] : []),
    ...(skipped.length > 0 ? [table(["Not scanned", "Why"], skipped)] : []),
    ...report.notes.map((note) => `- ${escapeMarkdown(note)}`),
  ].join("\n\n");
}
