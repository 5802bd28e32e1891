import type { SecretlessError } from "../base/errors.ts";
import { findingMistake } from "../scan/finding.ts";
import { accessSections, proofTables } from "./access-lines.ts";
import { errorMarkdown } from "./error-markdown.ts";
import type { Facts } from "./facts.ts";
import { heading, sentence } from "./heading.ts";
import { code, escapeMarkdown, fitted, link, prose, table } from "./markdown.ts";
import { planSection } from "./plan-section.ts";
import { scanSection } from "./scan-section.ts";

/** Longest summary, in bytes: GitHub refuses one of more than 1 MiB a step. */
const LONGEST = 900_000;

/**
 * The job summary of a run, as Markdown. Everything from outside is inert in it. First what happened and what to do, then
 * what was changed; where that comes from, and how it is proven, is folded.
 */
export function jobSummary(facts: Facts, error?: SecretlessError): string {
  const { plan, scan, access, standards = [], resources = [], run, warnings } = facts;
  const stops = scan !== undefined && scan.stopping.length > 0;
  const sections = [
    heading(facts, error),
    sentence(facts),
    error && errorMarkdown(error, facts.pages, inTable(scan)),
    run && runSection(run),
    stops && scanSection(scan),
    plan && planSection(plan),
    resources.length > 0 && resourcesSection(resources),
    ...(access ? accessSections(access) : []),
    scan && !stops && scanSection(scan),
    warnings.length > 0 && warningsSection(warnings),
    folded("Who, where, by which claim", table(["", ""], identityRows(facts))),
    ...(access && access.proofs.length > 0 ? [folded("Proof", proofTables(access.proofs))] : []),
    standards.length > 0 && folded("OWASP NHI Top 10 (2025) and NIST CSF 2.0", standardsTable(standards)),
  ];
  return fitted(sections, LONGEST);
}

/** The single mistakes that stand in the table of the scan already. */
function inTable(scan: Facts["scan"]): ReadonlySet<string> {
  return new Set(scan?.stopping.map((finding) => findingMistake(finding).actual ?? ""));
}

function folded(title: string, content: string): string {
  return [`<details><summary>${title}</summary>`, content, "</details>"].join("\n\n");
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

function runSection({ resource, url, result, tasks = [] }: NonNullable<Facts["run"]>): string {
  const rows = tasks.map((task) => [
    code(task.task),
    escapeMarkdown(task.result),
    textCell(task.error ?? task.output ?? "", task.trace),
  ]);
  return [
    `### Run\n\n${code(resource)} ${escapeMarkdown(result)}${url === "" ? "" : `: ${link(url, url)}`}`,
    ...(rows.length > 0 ? [table(["Task", "Result", ""], rows)] : []),
  ].join("\n\n");
}

/** Characters of a text in a row; the rest is folded. */
const SHORT = 200;

function textCell(text: string, trace = ""): string {
  const [first = ""] = text.split("\n");
  const whole = [text === first && text.length <= SHORT ? "" : text, trace].filter((part) => part !== "");
  const short = code(first.length <= SHORT ? first : `${first.slice(0, SHORT - 1)}…`);
  if (whole.length === 0) return text === "" ? "" : short;
  const lines = whole
    .join("\n")
    .split("\n")
    .map((line) => (line.trim() === "" ? "" : code(line)));
  return `<details><summary>${short}</summary>${lines.join("<br>")}</details>`;
}

/** Kinds that people open: what else is deployed is folded. */
const OPENED = ["jobs", "pipelines", "apps", "dashboards"];

function resourcesSection(resources: NonNullable<Facts["resources"]>): string {
  const rows = (some: typeof resources): string =>
    table(
      ["Key", "Resource", "ID"],
      some.map(({ kind, key, id, name, url }) => [code(`${kind}.${key}`), link(name, url), code(id)]),
    );
  const opened = resources.filter(({ kind }) => OPENED.includes(kind));
  const others = resources.filter((one) => !opened.includes(one));
  const waiting = resources.filter(({ needsRun = false }) => needsRun).map(({ key }) => code(key));
  const begins = `Apps go on with the code they have until they are run (<code>command: run</code>): ${waiting.join(", ")}.`;
  return [
    "### Deployed",
    ...(waiting.length > 0 ? [begins] : []),
    ...(opened.length > 0 ? [rows(opened)] : []),
    ...(others.length > 0 ? [folded(`${String(others.length)} more`, rows(others))] : []),
  ].join("\n\n");
}

function standardsTable(standards: NonNullable<Facts["standards"]>): string {
  const rows = standards.map((row) => [row.item, row.title, row.status, row.because].map(escapeMarkdown));
  return table(["Item", "", "Status", "Because"], rows);
}

function warningsSection(warnings: readonly string[]): string {
  return `### Warnings\n\n${warnings.map((text) => `- ${prose(text.replaceAll("\n", " "))}`).join("\n")}`;
}
