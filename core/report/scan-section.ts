import { groupBy } from "../base/group-by.ts";
import { placeText, type Finding } from "../scan/finding.ts";
import type { AcceptedException, ScanFacts } from "./facts.ts";
import { code, escapeMarkdown, prose, table } from "./markdown.ts";

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

/** What the scan for static credentials has found, grouped by rule. */
export function scanSection(facts: ScanFacts): string {
  const { stopping, others, report, exceptions } = facts;
  const accepted = exceptions.map(({ rule, file, until, reason }) => [
    code(rule),
    code(file),
    escapeMarkdown(until),
    escapeMarkdown(reason),
  ]);
  const unscanned = report.unscanned.filter(({ harmless }) => !harmless);
  const skipped = unscanned.map(({ file, member, reason }) => [
    code(member === undefined ? file : `${file}!${member}`),
    escapeMarkdown(reason),
  ]);
  return [
    "### Static credentials",
    escapeMarkdown(`${scanLine(facts)}.`),
    ...(stopping.length > 0 ? ["**Stops the run:**", findingsTable(stopping)] : []),
    ...(others.length > 0 ? [findingsTable(others)] : []),
    ...(accepted.length > 0 ? [table(["Accepted", "In", "Until", "Because"], accepted)] : []),
    ...(skipped.length > 0 ? [table(["Not scanned", "Why"], skipped)] : []),
    ...report.notes.map((note) => `- ${escapeMarkdown(note)}`),
  ].join("\n\n");
}

/** Places of a rule that are shown; the log and the SARIF file have all. */
const PLACES = 10;

/** One row a rule: what was found where, who can use it, what to write instead. */
function findingsTable(findings: readonly Finding[]): string {
  const rows = [...groupBy(findings, ({ rule }) => rule.id).values()].map((group) => {
    const [first] = group;
    const { id, name, risk, remedy } = first.rule;
    const more = group.length > PLACES ? [`and ${String(group.length - PLACES)} more`] : [];
    const places = group
      .slice(0, PLACES)
      .map(
        (one) => `${code(placeText(one))} ${escapeMarkdown(one.shown)}, fingerprint ${code(one.fingerprint)}`,
      );
    return [
      `${escapeMarkdown(name)}<br>${code(id)}`,
      [...places, ...more].join("<br>"),
      escapeMarkdown(risk),
      prose(remedy.replaceAll("\n", " ")),
    ];
  });
  return table(["Found", "Where", "Who can use it", "Write instead"], rows);
}
