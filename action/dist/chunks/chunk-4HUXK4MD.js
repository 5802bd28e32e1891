import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  INPUT_NAMES,
  harmlessLines
} from "./chunk-7WNCT4B5.js";
import {
  redact
} from "./chunk-UWXWV5QH.js";

// core/report/error-text.ts
function placeText(place) {
  return [place.file, place.line, place.line === void 0 ? void 0 : place.column].filter((part) => part !== void 0).join(":");
}
function detailLines(mistake, indent) {
  const fields = [
    ["at", mistake.place && placeText(mistake.place)],
    ["wanted", mistake.expected],
    ["found", mistake.actual],
    ["to do", mistake.remedy]
  ];
  return fields.flatMap(
    ([label, value]) => value === void 0 ? [] : `${label}: ${value}`.split("\n").map((line, at) => indent + (at === 0 ? line : `  ${line}`))
  );
}
function mistakeText(mistake, bullet = "") {
  return [
    bullet + mistake.problem,
    ...detailLines(mistake, bullet.replace(/\S/g, " ") + (bullet ? "" : "  "))
  ].join("\n");
}
function errorText(error) {
  const [first = "", ...details] = mistakeText(error.details).split("\n");
  return [
    `${error.code}: ${first}`,
    ...error.mistakes.map((mistake) => mistakeText(mistake, "  - ")),
    ...details,
    `  more: docs/troubleshooting.md#${error.code.toLowerCase()}`
  ].join("\n");
}

// core/report/input-labels.ts
function withInputLabels(text, host) {
  return text.replace(
    /`([a-z][a-z0-9-]*)(?=[`:])/g,
    (whole, name) => isInputName(name) ? `\`${host.inputLabel(name)}` : whole
  );
}
function isInputName(name) {
  return INPUT_NAMES.includes(name);
}

// core/report/markdown.ts
function escapeMarkdown(text) {
  return redact(text.replace(/[\s\p{Cc}]+/gu, " ")).replace(
    /[!-+.:-@[-`{-~]/g,
    (mark) => `&#${String(mark.charCodeAt(0))};`
  );
}
function code(text) {
  return `<code>${escapeMarkdown(text)}</code>`;
}
function link(text, url) {
  const label = escapeMarkdown(text);
  if (url === void 0 || !URL.canParse(url)) return label;
  const parsed = new URL(url);
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return label;
  return `[${label}](<${parsed.href.replace(/[<>|\\]/g, encodeURIComponent)}>)`;
}
var MAX_ROWS = 200;
function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const shown = rows.slice(0, MAX_ROWS).map(line);
  const more = rows.length > MAX_ROWS ? [`
\u2026 and ${String(rows.length - MAX_ROWS)} more.`] : [];
  return [line(head), line(head.map(() => "---")), ...shown, ...more].join("\n");
}
function fenced(text) {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text
${harmlessLines(text).join("\n")}
${fence}`;
}

// core/report/access-lines.ts
function accessLines({ rows, denied, proofs, policy, registrar, notes }) {
  const changes = rows.filter(({ action }) => action !== "unchanged");
  const line = (row) => [
    `  ${row.action} ${row.what}`,
    `job ${row.job}, ${row.purpose}`,
    row.scope && `scope ${row.scope}`,
    row.decidedBy && `rule ${row.decidedBy}`,
    row.note,
    row.action === "withdraw" && row.revocationLag
  ].filter((part) => typeof part === "string" && part !== "").join("; ");
  return [
    `Access: policy ${policy}; registered by ${registrar}`,
    ...changes.map(line),
    ...denied.map((row) => line({ ...row, action: "denied" })),
    ...proofs.filter(({ words }) => !words.endsWith(": proven")).flatMap(({ job, words, lines }) => [
      `  scope of ${job}: ${words}`,
      ...lines.map((one) => `    ${one}`)
    ]),
    ...notes.map((note) => `  ${note}`)
  ];
}
function accessSections(access) {
  const { rows, denied, proofs, policy, registrar, notes, standards, result } = access;
  const changes = [
    ...rows.filter(({ action }) => action !== "unchanged"),
    ...denied.map((row) => ({ ...row, action: "denied" }))
  ];
  const unchanged = rows.length + denied.length - changes.length;
  const cells = (row) => [
    `${MARKS[row.action] ?? "\u270F\uFE0F"} ${escapeMarkdown(row.action)}`,
    `${code(row.job)}, ${escapeMarkdown(row.purpose)}`,
    escapeMarkdown(row.what),
    escapeMarkdown(row.scope),
    escapeMarkdown([row.decidedBy, row.note].filter((text) => text !== "").join("; ")),
    row.action === "withdraw" ? escapeMarkdown(row.revocationLag) : ""
  ];
  const lags = [...new Set(rows.map(({ revocationLag }) => revocationLag))];
  return [
    "### Access",
    [
      `Policy: ${escapeMarkdown(policy)}. Registered by ${escapeMarkdown(registrar)}.`,
      ...result ? [
        `Done: ${String(result.granted)} granted, ${String(result.updated)} updated, ${String(result.revoked)} withdrawn, ${String(result.unchanged)} unchanged.`
      ] : [],
      ...!result && unchanged > 0 ? [`${String(unchanged)} unchanged.`] : [],
      ...lags.map((lag) => `Revocation lag: ${escapeMarkdown(lag)}.`),
      ...notes.map((note) => `${escapeMarkdown(note)}.`)
    ].join("  \n"),
    ...changes.length > 0 ? [table(["", "Job, purpose", "What", "Scope", "Decided by", "Lives on"], changes.map(cells))] : [],
    ...proofs.length > 0 ? [proofTable(proofs)] : [],
    "<details><summary>OWASP NHI Top 10 (2025) and NIST CSF 2.0</summary>",
    table(
      ["Item", "", "Status", "Because"],
      standards.map(({ item, title, status, because }) => [item, title, status, because].map(escapeMarkdown))
    ),
    "</details>"
  ];
}
var MARKS = { grant: "\u2795", withdraw: "\u274C", denied: "\u26D4", record: "\u{1F4DD}" };
function proofTable(proofs) {
  const row = ({ job, principal, words, lines }) => [
    code(job),
    code(principal),
    escapeMarkdown(words),
    lines.map((line) => escapeMarkdown(line.trim())).join("<br>")
  ];
  return table(["Job", "Runs as", "Scope", "Proof"], proofs.map(row));
}

// core/report/job-summary.ts
var LONGEST = 3e5;
function jobSummary(facts, error) {
  const sections = [
    `## Databricks bundle: ${headline(facts, error)}`,
    error && fenced(errorText(error)),
    table(["", ""], identityRows(facts)),
    facts.plan && planSection(facts.plan),
    ...facts.access ? accessSections(facts.access) : [],
    facts.jobs && facts.jobs.length > 0 && jobsSection(facts.jobs),
    facts.run && `### Run

${code(facts.run.resource)} ${facts.run.result}: ${link(facts.run.url, facts.run.url)}`,
    facts.warnings.length > 0 && warningsSection(facts.warnings)
  ];
  const text = sections.filter((section) => typeof section === "string").join("\n\n");
  return text.length <= LONGEST ? `${text}
` : `${text.slice(0, LONGEST)}

\u2026 cut; the log has the rest.
`;
}
function headline(facts, error) {
  const where = facts.bundle ? ` ${escapeMarkdown(facts.bundle.name)} \u2192 ${escapeMarkdown(facts.bundle.target)}` : "";
  if (error) return `${facts.command} failed${where}`;
  if (facts.deployed === true) return `deployed${where}`;
  if (facts.destroyed === 0) return `nothing to destroy${where}`;
  if (facts.destroyed !== void 0) return `destroyed${where}`;
  return `${facts.command}${where}`;
}
function identityRows(facts) {
  const { principal, idToken, commit, cli, bundle } = facts;
  const differs = commit?.ofToken !== void 0 && commit.checkedOut !== void 0 && commit.ofToken !== commit.checkedOut;
  const rows = [
    ["Workspace", link(facts.workspaceUrl, facts.workspaceUrl)],
    bundle && ["Bundle, target", `${code(bundle.name)}, ${code(bundle.target)}`],
    principal && ["Deployed by", `${escapeMarkdown(principal.name)} ${code(principal.applicationId)}`],
    idToken && [
      "Proven by the claim",
      `${code(idToken.subject)} of ${code(idToken.issuer)} for ${code(idToken.audience)}`
    ],
    facts.exchangedAt !== void 0 && ["Exchanged at", escapeMarkdown(facts.exchangedAt)],
    commit?.ofToken !== void 0 && ["Commit of the run", code(commit.ofToken)],
    differs && ["**Commit checked out**", `${code(commit.checkedOut)}: another one than the ID token proves`],
    cli && [
      "Databricks CLI",
      `${escapeMarkdown(cli.version)}, ${code(cli.file)} (${escapeMarkdown(cli.verified)})`
    ],
    facts.runUrl !== "" && ["Run", link(facts.runUrl, facts.runUrl)]
  ];
  return rows.filter((row) => Array.isArray(row));
}
var MARKS2 = { create: "\u2795", delete: "\u274C", recreate: "\u267B\uFE0F" };
function planSection({ changes, unchanged }) {
  if (changes.length === 0) return `### Plan

No changes; ${String(unchanged)} unchanged.`;
  const row = ({ action, resource, fields }) => [
    `${MARKS2[action] ?? "\u270F\uFE0F"} ${escapeMarkdown(action)}`,
    code(resource),
    fields.slice(0, 10).map(code).join(", ") + (fields.length > 10 ? ` and ${String(fields.length - 10)} more` : "")
  ];
  return [
    "### Plan",
    planLine({ changes, unchanged }),
    table(["Action", "Resource", "Changed fields"], changes.map(row))
  ].join("\n\n");
}
function planLine({ changes, unchanged }) {
  const counts = /* @__PURE__ */ new Map();
  for (const { action } of changes) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [
    ...[...counts].map(([action, count]) => `${String(count)} to ${action}`),
    `${String(unchanged)} unchanged`
  ].join(", ");
}
function jobsSection(jobs) {
  const rows = jobs.map(({ key, id, name, url }) => [code(key), link(name, url), code(id)]);
  return `### Jobs

${table(["Key", "Job", "ID"], rows)}`;
}
function warningsSection(warnings) {
  return `### Warnings

${warnings.map((text) => `- ${escapeMarkdown(text)}`).join("\n")}`;
}

// core/report/report.ts
async function reportSuccess(host, facts) {
  await host.summary(jobSummary(facts));
}
async function reportFailure(host, error, facts) {
  const text = withInputLabels(errorText(error), host);
  host.annotate("error", text, error.details.place);
  for (const { problem, place } of error.mistakes)
    if (place) host.annotate("error", withInputLabels(`${error.code}: ${problem}`, host), place);
  if (error.cause instanceof Error) host.debug(error.cause.stack ?? error.cause.message);
  const summary = facts ? jobSummary(facts, error) : `## Databricks bundle: failed

${fenced(text)}
`;
  await host.summary(withInputLabels(summary, host));
}

export {
  accessLines,
  planLine,
  reportSuccess,
  reportFailure
};
