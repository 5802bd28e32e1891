/**
 * `npm run test:full`: what takes minutes, and how much of core the unit tests cover (measuring makes them half as slow
 * again). Each test prints what it measured; ends with `N passed, N failed, N skipped`, where what is left behind is one
 * failure.
 */
import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Enclosure } from "./enclosure.ts";

const root = path.resolve(import.meta.dirname, "..");
const enclosure = new Enclosure();
process.once("exit", () => {
  enclosure.remove();
});
const file = path.join(enclosure.folder, "counts.json");
const mocha = ["--import", "tsx/esm", path.join(root, "node_modules/mocha/bin/mocha.js")];
const args = [
  ...mocha,
  ...["--reporter", "scripts/count-reporter.cjs", "--reporter-option", `file=${file}`],
  "test/full/**/*.test.ts",
  // Of these, `npm test` runs a sample.
  ...["both", "open-events", "registrar-azure", "run-destroy", "scan-bypass", "walls-files", "weather"].map(
    (name) => `test/shells/${name}.test.ts`,
  ),
  ...["access/crash", "access/load", "sandbox-cli/contract"].map((name) => `test/unit/${name}.test.ts`),
];
const env = { ...enclosure.environment("full"), TEST_EVERY_CASE: "1" };
const { status } = spawnSync(process.execPath, args, { cwd: root, env, stdio: "inherit" });
const counts = { passed: 0, failed: status === 0 ? 0 : 1, skipped: 0, makers: {} };
try {
  Object.assign(counts, JSON.parse(readFileSync(file, "utf8")));
} catch {
  // It died before it could count: that is one failure.
  counts.failed = 1;
}
const left = await enclosure.leftBy("full", counts.makers);
if (left.length > 0) {
  counts.failed += 1;
  console.log(`FAILED: the tests leave behind\n  ${left.join("\n  ")}`);
}
const covering = [path.join(root, "node_modules/c8/bin/c8.js"), process.execPath, ...mocha];
const coverage = spawnSync(process.execPath, [...covering, "--reporter", "dot", "test/unit/**/*.test.ts"], {
  cwd: root,
  env: enclosure.environment("coverage"),
  stdio: "inherit",
});
if (coverage.status === 0) counts.passed += 1;
else counts.failed += 1;
console.log(
  `\n${String(counts.passed)} passed, ${String(counts.failed)} failed, ${String(counts.skipped)} skipped`,
);
process.exitCode = counts.failed === 0 ? 0 : 1;
