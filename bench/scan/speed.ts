import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { systemPlatform } from "../../core/base/clock-and-platform.ts";
import { ScannedFiles } from "../../core/scan/scanned-files.ts";
import { readSources, scanSources } from "../../core/scan/sources.ts";
import { diskTree } from "../../core/base/tree.ts";
import { FILE_TYPES } from "./files.ts";
import { Random } from "./random.ts";

const FILES = 5000;
const BYTES = 100_000_000;

/** Text as a data team's repository has it: code, configuration, notebooks with outputs, data files. */
function body(random: Random, type: string, size: number): string {
  const lines: string[] = [];
  for (let length = 0; length < size;) {
    const line = random.pick([
      () =>
        `    df_${random.word()} = spark.read.table("main.${random.word()}.${random.word()}").where(col("id") > ${random.digits(3)})`,
      () =>
        `# ${random.word()} ${random.word()} the ${random.word()} of each ${random.word()} by token and key`,
      () => `  - task_key: ${random.word()}_${random.word()}`,
      () => `"${random.word()}": {"${random.word()}": "${random.hex(16)}", "n": ${random.digits(5)}},`,
      () =>
        `${random.digits(6)},${random.word()},${random.hex(12)},${random.digits(2)}.${random.digits(4)},2026-0${random.digits(1)}-11`,
      () => `password = dbutils.secrets.get("${random.word()}", "${random.word()}")  # never "stored"`,
      () => `url = "https://docs.corp.internal/${random.word()}/${random.word()}?page=${random.digits(2)}"`,
    ])();
    lines.push(type === "Jupyter source" ? JSON.stringify(line) + "," : line);
    length += line.length + 1;
  }
  return lines.join("\n");
}

/** Makes a tree of 5,000 files and 100 MB in a new folder; the caller removes it. */
export function makeTree(): string {
  const random = new Random(7);
  const root = mkdtempSync(join(tmpdir(), "scan-bench-"));
  writeFileSync(join(root, "databricks.yml"), "bundle:\n  name: bench\n");
  const bodies = Array.from({ length: 60 }, (_, i) =>
    body(random, FILE_TYPES[i % FILE_TYPES.length]?.type ?? "", 200_000),
  );
  const extensions = ["py", "py", "py", "sql", "yml", "ipynb", "json", "csv", "scala", "r", "md"];
  for (let i = 0; i < FILES; i++) {
    const folder = join(root, `part${i % 50}`);
    if (i < 50) mkdirSync(folder);
    const size = i % 100 === 0 ? BYTES / 250 : (BYTES * 0.81) / FILES;
    const source = random.pick(bodies);
    const start = random.below(1000);
    const text = source.slice(start).padEnd(size, source).slice(0, size);
    writeFileSync(join(folder, `f${i}.${random.pick(extensions)}`), `# ${i}\n${text}`);
  }
  return root;
}

/** What a scan of the tree reaches in this process, which must have done nothing else: its peak memory counts. */
export interface Speed {
  /** MB a second. */
  readonly speed: number;
  /** MiB. */
  readonly memory: number;
}

async function scanTree(): Promise<Speed> {
  const root = makeTree();
  try {
    const started = performance.now();
    const options = { checkout: root, bundleRoot: root, target: undefined, repositoryId: "bench" };
    const platform = systemPlatform();
    const sources = await readSources(options, diskTree, platform);
    const boundary = { checkout: root, platform, tree: diskTree, placeOf: () => undefined };
    const { bytes } = await scanSources(sources, new ScannedFiles(options, { tree: diskTree }), boundary);
    const seconds = (performance.now() - started) / 1000;
    return { speed: bytes / 1e6 / seconds, memory: process.resourceUsage().maxRSS / 1024 };
  } finally {
    rmSync(root, { recursive: true });
  }
}

console.log(JSON.stringify(await scanTree()));
