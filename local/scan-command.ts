import { slashed } from "../core/base/paths.ts";
import { basename, dirname, parse, relative, resolve } from "node:path";
import { SecretlessError, type Mistake } from "../core/base/errors.ts";
import { findCheckout, readRepositoryId } from "../core/base/git/repository-id.ts";
import type { Platform } from "../core/base/ports.ts";
import { quote } from "../core/base/quote.ts";
import type { Tree } from "../core/base/tree.ts";
import { harmless } from "../core/ci/safe-for-log.ts";
import {
  applyExceptions,
  isAlwaysSeen,
  readExceptions,
  unusedMistake,
  type Exceptions,
} from "../core/scan/exceptions.ts";
import { unscannedFindings, type ScanReport } from "../core/scan/finding.ts";
import { toSarif } from "../core/scan/sarif.ts";
import { ScannedFiles, type ScanOptions, type ScanPorts } from "../core/scan/scanned-files.ts";
import { readSources, scanSources, type Sources } from "../core/scan/sources.ts";
import { readArguments, USAGE, type ScanArguments } from "./arguments.ts";
import { bundleAbove, bundlesBelow, isBundle } from "./bundles.ts";
import { mistakeLines, reportJson, reportText, sumLine, type Standpoint } from "./report-text.ts";

export interface Terminal {
  readonly folder: string;
  readonly tree: Tree;
  readonly platform: Platform;
  readonly version: string;
  readonly colours: boolean;
  /** Milliseconds since the epoch. */
  now(): number;
  out(line: string): void;
  /** For what is no result: usage, progress. */
  err(line: string): void;
  /** Writes a file. @throws if it cannot be written */
  write(file: string, text: string): Promise<void>;
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

/** What is to be scanned: the folder that was named, and the bundles in it. Absolute paths. */
interface Place {
  readonly checkout: string;
  readonly folder: string;
  /** The folder alone if it is a bundle. */
  readonly bundles: readonly string[];
  /** The bundle that a folder without one of its own lies in. */
  readonly above: string | undefined;
  /** Of the folder, the one file that was named. */
  readonly file?: string;
}

async function findPlace(folder: string, tree: Tree): Promise<Place> {
  const checkout = await findCheckout(folder, tree);
  if (await isBundle(folder, tree)) return { checkout, folder, bundles: [folder], above: undefined };
  const bundles = await bundlesBelow(folder, tree);
  return { checkout, folder, bundles, above: await bundleAbove(folder, checkout, tree) };
}

/** A file that was named is looked at whatever a bundle says of it. */
async function findFile(file: string, tree: Tree): Promise<Place | undefined> {
  const folder = dirname(file);
  const entries = await tree.list(folder).catch(() => []);
  if (!entries.some(({ name, type }) => name === basename(file) && type === "file")) return undefined;
  const checkout = await findCheckout(folder, tree);
  const above = (await isBundle(folder, tree)) ? folder : await bundleAbove(folder, checkout, tree);
  return { checkout, folder, bundles: [], above, file };
}

/** Everything below the folder, and what the bundles in it select, which may lie elsewhere. */
async function sourcesAt(
  { folder, bundles, checkout, file }: Place,
  options: ScanOptions,
  terminal: Terminal,
): Promise<Sources[]> {
  if (file !== undefined) return [];
  const { tree, platform } = terminal;
  const sources: Sources[] = [];
  for (const bundleRoot of bundles)
    sources.push(await readSources({ ...options, bundleRoot }, tree, platform));
  if (bundles[0] === folder) return sources;
  const whole = await readSources(options, tree, platform);
  const named = bundles.map((one) => quote(slashed(relative(checkout, one)))).join(", ");
  const note =
    bundles.length === 0
      ? whole.selection.notes
      : [`There is no bundle in the folder itself: all of it was read, with the bundles ${named}.`];
  return [...sources, { ...whole, selection: { ...whole.selection, notes: note } }];
}

/** @throws SecretlessError `BUNDLE_INVALID` for a selection that leads out of the repository */
async function scanAll(
  sources: readonly Sources[],
  options: ScanOptions,
  terminal: Terminal,
  file: string | undefined,
): Promise<ScanReport> {
  const { tree, platform } = terminal;
  const scanned = new ScannedFiles(options, { tree, onProgress: progress(terminal) });
  const entries = await tree.list(options.checkout).catch(() => []);
  // Without a repository nothing bounds what the CLI uploads.
  const isRepository = entries.some(({ name }) => name === ".git");
  const checkout = isRepository ? options.checkout : parse(options.checkout).root;
  const reports: ScanReport[] = [];
  for (const one of sources) {
    const placeOf = (path: string): ReturnType<typeof one.selection.places.get> =>
      one.selection.places.get(path);
    reports.push(await scanSources(one, scanned, { checkout, platform, tree, placeOf }));
  }
  if (file !== undefined) {
    await scanned.scan([file]);
    return scanned.report();
  }
  const note =
    "Configuration was read as it is written: variables are resolved only when a deployment is planned.";
  // Each report has all files until then.
  const unscanned = reports.flatMap((report) => report.unscanned);
  return {
    ...scanned.report(),
    unscanned: [...new Map(unscanned.map((one) => [JSON.stringify(one), one])).values()],
    notes: [...new Set([...reports.flatMap(({ notes }) => notes), note])],
  };
}

/** What the files of the bundles accept; those above a folder that is a part of a bundle only where it is needed. */
async function exceptionsAt(
  { folder, bundles, above }: Place,
  options: ScanOptions,
  terminal: Terminal,
): Promise<{ own: Exceptions; above: Exceptions }> {
  const today = new Date(terminal.now()).toISOString().slice(0, 10);
  const read = (bundleRoot: string): Promise<Exceptions> =>
    readExceptions({ ...options, bundleRoot }, terminal, today);
  const all = await Promise.all([...new Set([...bundles, folder])].map(read));
  return {
    own: {
      exceptions: all.flatMap(({ exceptions }) => exceptions),
      mistakes: all.flatMap(({ mistakes }) => mistakes),
    },
    above: above === undefined ? { exceptions: [], mistakes: [] } : await read(above),
  };
}

/** Runs the command; resolves to its exit code, as {@link USAGE} has them. */
export async function runScan(args: readonly string[], terminal: Terminal): Promise<0 | 1 | 2 | 3> {
  const asked = readArguments(args);
  if (asked === "help" || asked === "version") {
    terminal.out(asked === "help" ? USAGE : terminal.version);
    return 0;
  }
  if ("wrong" in asked) {
    terminal.err(harmless(asked.wrong));
    terminal.err(`\n${USAGE}`);
    return 3;
  }
  const { tree } = terminal;
  // As the CLI sees its working folder: without links.
  const path = await tree.real(resolve(terminal.folder, asked.path));
  const isFolder = await tree.list(path).then(
    () => true,
    () => false,
  );
  const place = isFolder ? await findPlace(path, tree) : await findFile(path, tree);
  if (place !== undefined) return scanAt(place, asked, terminal);
  terminal.err(
    `${harmless(asked.path)} is no folder or file that can be read. Name the folder of databricks.yml, or a file.`,
  );
  return 3;
}

async function scanAt(place: Place, asked: ScanArguments, terminal: Terminal): Promise<0 | 1 | 2 | 3> {
  const { checkout, folder, file } = place;
  const from: Standpoint = { folder: terminal.folder, checkout, colours: terminal.colours };
  const repositoryId = (await readRepositoryId(checkout, terminal.tree)) ?? "";
  const options: ScanOptions = { checkout, bundleRoot: folder, target: asked.target, repositoryId };
  const accepted = await exceptionsAt(place, options, terminal);
  const sources = await sourcesAt(place, options, terminal);
  const scanned = await scanAll(sources, options, terminal, file).catch((error: unknown) => {
    if (!(error instanceof SecretlessError)) throw error;
    return error;
  });
  if (scanned instanceof SecretlessError) {
    for (const mistake of scanned.mistakes.length > 0 ? scanned.mistakes : [scanned.details])
      for (const line of mistakeLines(mistake, from)) terminal.err(line);
    return 2;
  }
  const unscanned = unscannedFindings(scanned, repositoryId);
  const every = [...accepted.own.exceptions, ...accepted.above.exceptions];
  const applied = applyExceptions([...scanned.findings, ...unscanned], every);
  const { excepted } = applied;
  const unknown = applied.findings.filter((finding) => unscanned.includes(finding));
  const findings = applied.findings.filter((finding) => !unknown.includes(finding));
  const yaml = sources.flatMap(({ files }) => files.map(({ name }) => name));
  const unused = applied.unused.filter(
    (one) => file === undefined && accepted.own.exceptions.includes(one) && isAlwaysSeen(one, yaml),
  );
  const mistakes: Mistake[] = [
    ...accepted.own.mistakes,
    ...accepted.above.mistakes,
    ...unused.map(unusedMistake),
  ];
  const noOrigin =
    repositoryId === "" ? ["The repository has no origin: fingerprints hold for this folder only."] : [];
  const report: ScanReport = { ...scanned, findings, notes: [...scanned.notes, ...noOrigin] };
  const lines = ((): string[] => {
    const looks = { ...from, colours: from.colours && asked.output === undefined };
    if (asked.format === "text") return reportText(report, unknown, excepted.length, mistakes, looks);
    const { version } = terminal;
    const data =
      asked.format === "json" ? reportJson(report, mistakes) : toSarif(report, { version, excepted });
    return [JSON.stringify(data, null, 2)];
  })();
  if (asked.format === "sarif") for (const { problem } of mistakes) terminal.err(harmless(problem));
  if (!(await show(lines, asked, terminal))) return 3;
  if (asked.output !== undefined) terminal.out(sumLine(report, excepted.length, from));
  if (findings.length > 0 || mistakes.length > 0) return 1;
  return unknown.length > 0 ? 2 : 0;
}

async function show(
  lines: readonly string[],
  { output }: ScanArguments,
  terminal: Terminal,
): Promise<boolean> {
  if (output === undefined) {
    for (const line of lines) terminal.out(line);
    return true;
  }
  try {
    await terminal.write(resolve(terminal.folder, output), `${lines.join("\n")}\n`);
    return true;
  } catch (error) {
    terminal.err(
      harmless(`The report cannot be written: ${error instanceof Error ? error.message : String(error)}`),
    );
    return false;
  }
}
