import type { SecretlessError } from "../base/errors.ts";
import { errorText } from "./error-text.ts";
import { accessSections } from "./access-lines.ts";
import type { Facts, PlannedChange } from "./facts.ts";
import { code, escapeMarkdown, fenced, link, table } from "./markdown.ts";
import { scanSection } from "./scan-section.ts";

/** Longest summary, in characters: GitHub refuses one of more than 1 MiB, and three bytes a character are common. */
const LONGEST = 300_000;

/** The job summary of a run, as Markdown. Everything from outside is inert in it. */
export function jobSummary(facts: Facts, error?: SecretlessError): string {
  const sections = [
    `## Databricks bundle: ${headline(facts, error)}`,
    error && fenced(errorText(error)),
    table(["", ""], identityRows(facts)),
    facts.plan && planSection(facts.plan),
    facts.scan && scanSection(facts.scan),
    ...(facts.access ? accessSections(facts.access) : []),
    facts.standards && facts.standards.length > 0 && standardsSection(facts.standards),
    facts.resources && facts.resources.length > 0 && resourcesSection(facts.resources),
    facts.run &&
      `### Run\n\n${code(facts.run.resource)} ${facts.run.result}: ${link(facts.run.url, facts.run.url)}`,
    facts.warnings.length > 0 && warningsSection(facts.warnings),
  ];
  const text = sections.filter((section) => typeof section === "string").join("\n\n");
  return text.length <= LONGEST ? `${text}\n` : `${text.slice(0, LONGEST)}\n\n… cut; the log has the rest.\n`;
}

function headline(facts: Facts, error: SecretlessError | undefined): string {
  const where = facts.bundle
    ? ` ${escapeMarkdown(facts.bundle.name)} → ${escapeMarkdown(facts.bundle.target)}`
    : "";
  if (error) return `${facts.command} failed${where}`;
  if (facts.deployed === true) return `deployed${where}`;
  if (facts.loggedIn !== undefined) return `logged in ${facts.loggedIn}`;
  if (facts.destroyed === 0) return `nothing to destroy${where}`;
  if (facts.destroyed !== undefined) return `destroyed${where}`;
  return `${facts.command}${where}`;
}

function identityRows(facts: Facts): string[][] {
  const { principal, idToken, commit, cli, bundle } = facts;
  const differs =
    commit?.ofToken !== undefined && commit.checkedOut !== undefined && commit.ofToken !== commit.checkedOut;
  const rows: (string[] | false | undefined)[] = [
    ["Workspace", link(facts.workspaceUrl, facts.workspaceUrl)],
    bundle && ["Bundle, target", `${code(bundle.name)}, ${code(bundle.target)}`],
    principal && ["Deployed by", `${escapeMarkdown(principal.name)} ${code(principal.applicationId)}`],
    idToken && [
      "Proven by the claim",
      `${code(idToken.subject)} of ${code(idToken.issuer)} for ${code(idToken.audience)}`,
    ],
    facts.exchangedAt !== undefined && ["Exchanged at", escapeMarkdown(facts.exchangedAt)],
    commit?.ofToken !== undefined && ["Commit of the run", code(commit.ofToken)],
    differs && ["**Commit checked out**", `${code(commit.checkedOut)}: another one than the ID token proves`],
    cli && [
      "Databricks CLI",
      `${escapeMarkdown(cli.version)}, ${code(cli.file)} (${escapeMarkdown(cli.verified)})`,
    ],
    facts.runUrl !== "" && ["Run", link(facts.runUrl, facts.runUrl)],
  ];
  return rows.filter((row) => Array.isArray(row));
}

const MARKS: Readonly<Record<string, string>> = { create: "➕", delete: "❌", recreate: "♻️" };

function planSection({ changes, unchanged }: NonNullable<Facts["plan"]>): string {
  if (changes.length === 0) return `### Plan\n\nNo changes; ${String(unchanged)} unchanged.`;
  const row = ({ action, resource, fields }: PlannedChange): string[] => [
    `${MARKS[action] ?? "✏️"} ${escapeMarkdown(action)}`,
    code(resource),
    fields.slice(0, 10).map(code).join(", ") +
      (fields.length > 10 ? ` and ${String(fields.length - 10)} more` : ""),
  ];
  return [
    "### Plan",
    planLine({ changes, unchanged }),
    table(["Action", "Resource", "Changed fields"], changes.map(row)),
  ].join("\n\n");
}

/** `2 to create, 1 to delete, 3 unchanged`, for the log too. */
export function planLine({ changes, unchanged }: NonNullable<Facts["plan"]>): string {
  const counts = new Map<string, number>();
  for (const { action } of changes) counts.set(action, (counts.get(action) ?? 0) + 1);
  return [
    ...[...counts].map(([action, count]) => `${String(count)} to ${action}`),
    `${String(unchanged)} unchanged`,
  ].join(", ");
}

function resourcesSection(resources: NonNullable<Facts["resources"]>): string {
  const rows = resources.map(({ kind, key, id, name, url }) => [
    code(`${kind}.${key}`),
    link(name, url),
    code(id),
  ]);
  return `### Deployed\n\n${table(["Key", "Resource", "ID"], rows)}`;
}

function standardsSection(standards: NonNullable<Facts["standards"]>): string {
  const rows = standards.map((row) => [row.item, row.title, row.status, row.because].map(escapeMarkdown));
  const title = "<details><summary>OWASP NHI Top 10 (2025) and NIST CSF 2.0</summary>";
  return [title, table(["Item", "", "Status", "Because"], rows), "</details>"].join("\n\n");
}

function warningsSection(warnings: readonly string[]): string {
  return `### Warnings\n\n${warnings.map((text) => `- ${escapeMarkdown(text)}`).join("\n")}`;
}
