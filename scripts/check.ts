/**
 * `npm test`: every check of the project, in three lanes (for two cores: a lane often waits for a process). Ends with
 * `N passed, N failed, N skipped`, where each static check counts as one, and what a check leaves behind as one failure of
 * its own.
 */
import { spawn } from "node:child_process";
import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { Enclosure } from "./enclosure.ts";

interface Counts {
  passed: number;
  failed: number;
  skipped: number;
  /** Which test file made what lies in the temporary folder. */
  makers?: Record<string, string>;
}
interface Check {
  readonly name: string;
  readonly args: readonly string[];
  /** Set for a mocha run: its own counts are taken instead of one. */
  readonly counts?: string;
}

const root = path.resolve(import.meta.dirname, "..");
const enclosure = new Enclosure();
process.once("exit", () => {
  enclosure.remove();
});
for (const [signal, code] of [
  ["SIGINT", 130],
  ["SIGTERM", 143],
] as const)
  process.once(signal, () => process.exit(code));
const bin = (name: string): string => path.join(root, "node_modules", name);

function mocha(name: string, specs: readonly string[]): Check {
  const counts = path.join(enclosure.folder, `${name}.json`);
  const runner = [
    // Not "tsx" itself: with its hooks for require, a module that is also imported would be there twice.
    "--import",
    "tsx/esm",
    bin("mocha/bin/mocha.js"),
    "--reporter",
    "scripts/count-reporter.cjs",
    "--reporter-option",
    `file=${counts}`,
    ...specs,
  ];
  return { name, args: runner, counts };
}

/** The shells' tests in as many parts, so that all lanes always have work. */
async function shells(parts: number): Promise<Check[]> {
  const folder = path.join(root, "test/shells");
  const files = (await readdir(folder)).filter((name) => name.endsWith(".test.ts")).sort();
  return Array.from({ length: parts }, (_, part) => {
    const own = files.filter((_file, at) => at % parts === part).map((name) => path.join(folder, name));
    return mocha(`shells ${String(part + 1)} of ${String(parts)}`, own);
  });
}

/** The longest first; each lane takes one after the other. */
const CHECKS: Check[] = [
  mocha("unit", ["test/unit/**/*.test.ts"]),
  ...(await shells(6)),
  { name: "types and lint", args: ["--import", "tsx", "scripts/types-and-lint.ts"] },
  { name: "format", args: [bin("prettier/bin/prettier.cjs"), "--check", "--log-level", "warn", "."] },
  { name: "unused code", args: [bin("knip/bin/knip.js")] },
];
const LANES = 3;

function run(check: Check): Promise<{ code: number; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, check.args, {
      cwd: root,
      env: enclosure.environment(check.name),
      stdio: ["ignore", "pipe", "pipe"],
    });
    let output = "";
    const collect = (chunk: Buffer): void => {
      output += chunk.toString();
    };
    child.stdout.on("data", collect);
    child.stderr.on("data", collect);
    child.on("error", reject);
    child.on("close", (code) => {
      resolve({ code: code ?? 1, output });
    });
  });
}

async function countsOf(check: Check, code: number): Promise<Counts> {
  if (check.counts !== undefined) {
    try {
      const counts = JSON.parse(await readFile(check.counts, "utf8")) as Counts;
      // The process may have died after its last test.
      if (code !== 0 && counts.failed === 0) counts.failed = 1;
      return counts;
    } catch {
      // It died before it could count: that is one failure.
    }
  }
  return { passed: code === 0 ? 1 : 0, failed: code === 0 ? 0 : 1, skipped: 0 };
}

const total: Counts = { passed: 0, failed: 0, skipped: 0 };

async function runLane(): Promise<void> {
  for (let check = CHECKS.shift(); check; check = CHECKS.shift()) {
    const started = Date.now();
    const { code, output } = await run(check);
    const counts = await countsOf(check, code);
    total.passed += counts.passed;
    total.failed += counts.failed;
    total.skipped += counts.skipped;
    const left = await enclosure.leftBy(check.name, counts.makers);
    if (left.length > 0) total.failed += 1;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    console.log(
      `\n== ${check.name}: ${counts.failed === 0 && left.length === 0 ? "ok" : "FAILED"} (${seconds} s)`,
    );
    if (output.trim() !== "") console.log(output.trimEnd());
    if (left.length > 0) console.log(`FAILED: ${check.name} leaves behind\n  ${left.join("\n  ")}`);
  }
}

await Promise.all(Array.from({ length: LANES }, runLane));
console.log(
  `\n${String(total.passed)} passed, ${String(total.failed)} failed, ${String(total.skipped)} skipped`,
);
process.exitCode = total.failed === 0 ? 0 : 1;
