/**
 * `npm run test:full`: what takes minutes. Each test prints what it measured; ends with `N passed, N failed, N skipped`.
 */
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import os from "node:os";
import path from "node:path";

const root = path.resolve(import.meta.dirname, "..");
const scratch = mkdtempSync(path.join(os.tmpdir(), "check-full-"));
const file = path.join(scratch, "counts.json");
const args = [
  ...["--import", "tsx/esm", path.join(root, "node_modules/mocha/bin/mocha.js")],
  ...["--reporter", "scripts/count-reporter.cjs", "--reporter-option", `file=${file}`],
  "test/full/**/*.test.ts",
];
const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: "inherit" });
const counts = { passed: 0, failed: status === 0 ? 0 : 1, skipped: 0 };
try {
  Object.assign(counts, JSON.parse(readFileSync(file, "utf8")));
} catch {
  // It died before it could count: that is one failure.
  counts.failed = 1;
}
rmSync(scratch, { recursive: true });
console.log(
  `\n${String(counts.passed)} passed, ${String(counts.failed)} failed, ${String(counts.skipped)} skipped`,
);
process.exitCode = counts.failed === 0 ? 0 : 1;
