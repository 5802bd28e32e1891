import { parse, resolve } from "node:path";
import { parseArgs } from "node:util";
import { applyExceptions, isAlwaysSeen, readExceptions, unusedMistake } from "../core/scan/exceptions.ts";
import { unscannedFindings, type ScanReport } from "../core/scan/finding.ts";
import { findCheckout, readRepositoryId } from "../core/base/git/repository-id.ts";
import { toSarif } from "../core/scan/sarif.ts";
import { ScannedFiles, type ScanOptions, type ScanPorts } from "../core/scan/scanned-files.ts";
import { readSources, scanSources, type Sources } from "../core/scan/sources.ts";
import { SecretlessError, type Mistake } from "../core/base/errors.ts";
import type { Platform } from "../core/base/ports.ts";
import type { Tree } from "../core/base/tree.ts";
import { harmless } from "../core/ci/safe-for-log.ts";
import { mistakeLines, reportJson, reportText } from "./report-text.ts";

export const USAGE = `Usage: databricks-secretless scan [path] [--target name] [--format text|json|sarif]

Looks for static credentials in what the bundle at path (default: .) would upload.
Exit code: 0 nothing found, 1 findings, 2 something could not be scanned.`;

export interface Terminal {
  readonly folder: string;
  readonly tree: Tree;
  readonly platform: Platform;
  readonly version: string;
  /** Milliseconds since the epoch. */
  now(): number;
  out(line: string): void;
  /** For what is no result: usage, progress. */
  err(line: string): void;
}

type Format = "text" | "json" | "sarif";

function parseArguments(
  args: readonly string[],
): { path: string; target: string | undefined; format: Format } | string {
  try {
    const { values, positionals } = parseArgs({
      args: [...args],
      allowPositionals: true,
      options: { target: { type: "string", short: "t" }, format: { type: "string", default: "text" } },
    });
    const { format, target } = values;
    const [command, path = ".", ...more] = positionals;
    if (command !== "scan" || more.length > 0) return "The one command is `scan`, with one path at most.";
    if (format !== "text" && format !== "json" && format !== "sarif") return `There is no format ${format}.`;
    return { path, target, format };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

const PROGRESS_EVERY = 2000;

function progress(terminal: Terminal): NonNullable<ScanPorts["onProgress"]> {
  let last = terminal.now();
  return ({ files, bytes, ofFiles }) => {
    if (terminal.now() - last < PROGRESS_EVERY) return;
    last = terminal.now();
    terminal.err(`scanned ${files} of ${ofFiles} files, ${(bytes / 1e6).toFixed(0)} MB`);
  };
}

/** @throws SecretlessError `BUNDLE_INVALID` for a selection that leads out of the repository */
async function scanAll(sources: Sources, options: ScanOptions, terminal: Terminal): Promise<ScanReport> {
  const { tree, platform } = terminal;
  const scanned = new ScannedFiles(options, { tree, onProgress: progress(terminal) });
  const entries = await tree.list(options.checkout).catch(() => []);
  // Without a repository nothing bounds what the CLI uploads.
  const isRepository = entries.some(({ name }) => name === ".git");
  const boundary = {
    checkout: isRepository ? options.checkout : parse(options.checkout).root,
    platform,
    tree,
    placeOf: (path: string) => sources.selection.places.get(path),
  };
  const report = await scanSources(sources, scanned, boundary);
  const note =
    "Configuration was read as it is written: variables are resolved only when a deployment is planned.";
  return { ...report, notes: [...report.notes, note] };
}

/** Runs the command; resolves to its exit code. */
export async function runScan(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2> {
  const parsed = parseArguments(args);
  if (typeof parsed === "string") {
    terminal.err(`${parsed}\n\n${USAGE}`);
    return 2;
  }
  const { tree } = terminal;
  // As the CLI sees its working folder: without links.
  const bundleRoot = await tree.real(resolve(terminal.folder, parsed.path));
  const readable = await tree.list(bundleRoot).then(
    () => true,
    () => false,
  );
  if (!readable) {
    terminal.err(`${parsed.path} is no folder that can be read.`);
    return 2;
  }
  const checkout = await findCheckout(bundleRoot, tree);
  const repositoryId = (await readRepositoryId(checkout, tree)) ?? "";
  const options: ScanOptions = { checkout, bundleRoot, target: parsed.target, repositoryId };
  const today = new Date(terminal.now()).toISOString().slice(0, 10);
  const { exceptions, mistakes } = await readExceptions(options, terminal, today);
  const sources = await readSources(options, tree, terminal.platform);
  const scanned = await scanAll(sources, options, terminal).catch((error: unknown) => {
    if (!(error instanceof SecretlessError)) throw error;
    return error;
  });
  if (scanned instanceof SecretlessError) {
    for (const mistake of scanned.mistakes.length > 0 ? scanned.mistakes : [scanned.details])
      for (const line of mistakeLines(mistake)) terminal.err(harmless(line));
    return 2;
  }
  const unscanned = unscannedFindings(scanned, repositoryId);
  const applied = applyExceptions([...scanned.findings, ...unscanned], exceptions);
  const { excepted, unused } = applied;
  const unknown = applied.findings.filter((finding) => unscanned.includes(finding));
  const findings = applied.findings.filter((finding) => !unknown.includes(finding));
  const yaml = sources.files.map(({ name }) => name);
  const all: Mistake[] = [...mistakes, ...unused.filter((one) => isAlwaysSeen(one, yaml)).map(unusedMistake)];
  const noOrigin =
    repositoryId === "" ? ["The repository has no origin: fingerprints hold for this folder only."] : [];
  const report: ScanReport = { ...scanned, findings, notes: [...scanned.notes, ...noOrigin] };
  if (parsed.format === "text")
    for (const line of reportText(report, unknown, excepted.length, all)) terminal.out(line);
  else {
    const data =
      parsed.format === "json"
        ? reportJson(report, all)
        : toSarif(report, { version: terminal.version, excepted });
    terminal.out(JSON.stringify(data, null, 2));
    if (parsed.format === "sarif") for (const { problem } of all) terminal.err(problem);
  }
  if (findings.length > 0 || all.length > 0) return 1;
  return unknown.length > 0 ? 2 : 0;
}
