import type { AccessFacts, AccessRow } from "./facts.ts";
import { code, escapeMarkdown, prose, table } from "./markdown.ts";

/** The access plan for the log. */
export function accessLines({ rows, denied, proofs, policy, registrar, notes }: AccessFacts): string[] {
  const changes = rows.filter(({ action }) => action !== "unchanged");
  const line = (row: AccessRow): string =>
    [
      `  ${row.action} ${row.what}`,
      `job ${row.job}, ${row.purpose}`,
      row.scope && `scope ${row.scope}`,
      row.decidedBy && `rule ${row.decidedBy}`,
      row.note,
      row.action === "withdraw" && row.revocationLag,
    ]
      .filter((part) => typeof part === "string" && part !== "")
      .join("; ");
  return [
    `Access: policy ${policy}; registered by ${registrar}`,
    ...changes.map(line),
    ...denied.map((row) => line({ ...row, action: "denied" })),
    ...proofs
      .filter(({ words }) => !words.endsWith(": proven"))
      .flatMap(({ job, words, lines }) => [
        `  scope of ${job}: ${words}`,
        ...lines.map((one) => `    ${one}`),
      ]),
    ...notes.map((note) => `  ${note}`),
  ];
}

/** The sections about access in the job summary. */
export function accessSections(access: AccessFacts): string[] {
  const { rows, denied, policy, registrar, notes, result } = access;
  const changes = [
    ...rows.filter(({ action }) => action !== "unchanged"),
    ...denied.map((row) => ({ ...row, action: "denied" })),
  ];
  const unchanged = rows.length + denied.length - changes.length;
  const cells = (row: AccessRow): string[] => [
    `${MARKS[row.action] ?? "✏️"} ${escapeMarkdown(row.action)}`,
    `${code(row.job)}, ${escapeMarkdown(row.purpose)}`,
    escapeMarkdown(row.what),
    escapeMarkdown(row.scope),
    escapeMarkdown([row.decidedBy, row.note].filter((text) => text !== "").join("; ")),
    row.action === "withdraw" ? escapeMarkdown(row.revocationLag) : "",
  ];
  const lags = [...new Set(rows.map(({ revocationLag }) => revocationLag))];
  return [
    "### Access",
    [
      `Policy: ${escapeMarkdown(policy)}. Registered by ${escapeMarkdown(registrar)}.`,
      ...(result
        ? [
            `Done: ${String(result.granted)} granted, ${String(result.updated)} updated, ${String(result.revoked)} withdrawn, ${String(result.unchanged)} unchanged.`,
          ]
        : []),
      ...(!result && unchanged > 0 ? [`${String(unchanged)} unchanged.`] : []),
      ...lags.map((lag) => `Revocation lag: ${escapeMarkdown(lag)}.`),
      ...notes.map((note) => `${escapeMarkdown(note)}.`),
    ].join("  \n"),
    ...(changes.length > 0
      ? [table(["", "Job, purpose", "What", "Scope", "Decided by", "Lives on"], changes.map(cells))]
      : []),
  ];
}

const MARKS: Readonly<Record<string, string>> = { grant: "➕", withdraw: "❌", denied: "⛔", record: "📝" };

const GRADES = { proven: "✔", unproven: "?", broken: "✘", later: "later" } as const;

/** The proof of each job as marks: what holds, what is unknown, and the right or setting that is missing. */
export function proofTables(proofs: AccessFacts["proofs"]): string {
  return proofs
    .map(({ job, principal, words, lines, checks }) => {
      const title = `${code(job)}, runs as ${code(principal)}: ${escapeMarkdown(words)}`;
      const rows = checks?.map(({ grade, what, says, remedy = "" }) => [
        GRADES[grade],
        escapeMarkdown(what),
        escapeMarkdown(says),
        remedy.split("\n").map(prose).join("<br>"),
      ]);
      const body = rows
        ? table(["", "What", "Found", "To do"], rows)
        : lines.map((line) => `- ${escapeMarkdown(line.trim())}`).join("\n");
      return `${title}\n\n${body}`;
    })
    .join("\n\n");
}
