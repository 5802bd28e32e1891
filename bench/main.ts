/**
 * `npm run bench`: how fast and how big the built action is (and how fast the task starts), against the goals. docs/performance.md explains each figure.
 * Arguments: the parts to measure (`start`, `size`, `memory`, `scan`, `access`, `deploy`, `runtime`, `rate`; default all but the last), `--rounds N`
 * for the deployments.
 * Ends with 1 if a goal was missed.
 */
import { spawnSync } from "node:child_process";
import os from "node:os";
import path from "node:path";
import { parseArgs } from "node:util";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";
import { sandboxCli, type SandboxCli } from "../sandbox/runner/find-cli.ts";
import { buildTask } from "../scripts/extension.ts";
import { accessFigures } from "./access-requests.ts";
import { builtAction, type BuiltAction } from "./built-action.ts";
import { writeBundle } from "./bundle.ts";
import { folderBytes, staticBytes } from "./bytes.ts";
import { bareDeployments, ourDeployments } from "./deployments.ts";
import { mirrorOf, peakOfDeployment, peakOfInstallation } from "./memory.ts";
import type { Speed } from "./scan/speed.ts";
import { runtimeFigures } from "./runtime/figures.ts";
import { rateFigures } from "./rate-limit.ts";
import { actionShell, startUps, taskShell, type Shell } from "./start-up.ts";
import { interleaved, ratio, spread } from "./statistics.ts";
import { isMissed, table, type Figure } from "./table.ts";

const SIZES = [
  { files: 5, jobs: 2, rounds: 7, goal: 1.5 },
  { files: 200, jobs: 40, rounds: 3, goal: 1.05 },
] as const;
const START_UPS = 25;
const SCANS = 3;
const MEMORIES = 3;

async function deployFigures(action: BuiltAction, cli: SandboxCli, rounds?: number): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const { goal, ...size } of SIZES) {
    const options = { bundle: await writeBundle(size), cli, action: action.folder };
    const results = await interleaved(rounds ?? size.rounds, {
      ours: () => ourDeployments(options),
      bare: () => bareDeployments(options),
    });
    const name = `${String(size.files)} files, ${String(size.jobs)} jobs`;
    const of = (kind: "first" | "again"): Figure[] => {
      const pairs = results.map(({ ours, bare }) => ({ ours: ours[kind], bare: bare[kind] }));
      const what = `${kind === "first" ? "deploy" : "deploy again"}, ${name}`;
      return [
        {
          name: `${what}: ours ÷ bare CLI`,
          unit: "×",
          spread: ratio(pairs),
          ...(kind === "first" && { goal }),
        },
        { name: `${what}: ours`, unit: "s", spread: spread(pairs.map(({ ours }) => ours / 1000)) },
        { name: `${what}: bare CLI`, unit: "s", spread: spread(pairs.map(({ bare }) => bare / 1000)) },
      ];
    };
    figures.push(...of("first"), ...of("again"));
  }
  return figures;
}

/** @param what the program, and the request that it is measured to */
async function startFigures(shell: Shell, what: string, goal: number): Promise<Figure[]> {
  const results = await startUps(shell, START_UPS);
  const walls = results.map(({ ours, bare }) => ({ ours: ours.wall, bare: bare.wall }));
  const cpus = results.flatMap(({ ours, bare }) =>
    ours.cpu === undefined || bare.cpu === undefined ? [] : [{ ours: ours.cpu, bare: bare.cpu }],
  );
  return [
    { name: `${what}: ours ÷ bare script`, unit: "×", spread: ratio(walls), goal },
    { name: `${what}: ours`, unit: "ms", spread: spread(walls.map(({ ours }) => ours)) },
    {
      name: `${what}: bare script`,
      unit: "ms",
      spread: spread(walls.map(({ bare }) => bare)),
    },
    ...(cpus.length > 0
      ? [
          {
            name: `${what}, processor time: ours ÷ bare script`,
            unit: "×",
            spread: ratio(cpus),
          } satisfies Figure,
        ]
      : []),
  ];
}

async function sizeFigures({ dist, metafile }: BuiltAction): Promise<Figure[]> {
  const entry = Object.keys(metafile.outputs).find((name) => path.basename(name) === "main.js") ?? "";
  const before = staticBytes(metafile.outputs, entry) / 1000;
  const all = (await folderBytes(dist)) / 1000;
  return [
    { name: "dist read before the first request", unit: "KB", spread: spread([before]), goal: 20 },
    { name: "dist in all", unit: "KB", spread: spread([all]), goal: 2500 },
  ];
}

async function memoryFigures(action: BuiltAction, cli: SandboxCli): Promise<Figure[]> {
  const options = { bundle: await writeBundle(SIZES[0]), cli, action: action.folder };
  const mirror = await mirrorOf(cli);
  const deployments: number[] = [];
  const installations: number[] = [];
  for (let round = 0; round < MEMORIES; round++) {
    deployments.push(await peakOfDeployment(options));
    installations.push(await peakOfInstallation(options, mirror));
  }
  return [
    { name: "peak memory, deploy", unit: "MiB", spread: spread(deployments), goal: 90 },
    { name: "peak memory, deploy with installation", unit: "MiB", spread: spread(installations), goal: 90 },
  ];
}

async function largeAtRates({ folder }: BuiltAction, cli: SandboxCli): Promise<Figure[]> {
  const [, large] = SIZES;
  return rateFigures({ bundle: await writeBundle(large), cli, action: folder }, large.jobs);
}

/** Each scan in a process of its own, for its peak memory. */
function scanFigures(): Figure[] {
  const args = ["--import", "tsx", path.join(import.meta.dirname, "scan/speed.ts")];
  const speeds = Array.from({ length: SCANS }, () => {
    const { stdout } = spawnSync(process.execPath, args, { encoding: "utf8" });
    return JSON.parse(stdout) as Speed;
  });
  const fast = spread(speeds.map(({ speed }) => speed));
  const peak = spread(speeds.map(({ memory }) => memory));
  return [
    { name: "scan of 100 MB in 5,000 files", unit: "MB/s", spread: fast, goal: 20, moreIsBetter: true },
    { name: "peak memory, scan", unit: "MiB", spread: peak, goal: 250 },
  ];
}

const { values, positionals } = parseArgs({
  options: { rounds: { type: "string" } },
  allowPositionals: true,
});
const PARTS = ["start", "size", "memory", "scan", "access", "deploy", "runtime"];
const parts = positionals.length > 0 ? positionals : PARTS;
const unknown = parts.filter((part) => ![...PARTS, "rate"].includes(part));
if (unknown.length > 0) throw new Error(`unknown part: ${unknown.join(", ")}`);
const rounds = values.rounds === undefined ? undefined : Math.max(1, Number(values.rounds));

const load = (): string =>
  os
    .loadavg()
    .map((value) => value.toFixed(1))
    .join(", ");
console.log(
  `Node ${process.version}, ${String(os.availableParallelism())} processors, load ${load()} at the start.`,
);
const cli = await sandboxCli();
const action = await builtAction();
const figures: Figure[] = [];
if (parts.includes("start")) {
  const task = await freshUntilExit("bench-task");
  await buildTask(task, "0.0.0");
  figures.push(
    ...(await startFigures(actionShell(action.dist), "start to first request", 1.4)),
    ...(await startFigures(taskShell(task), "task, start to ID token request", 2)),
  );
}
if (parts.includes("size")) figures.push(...(await sizeFigures(action)));
if (parts.includes("memory")) figures.push(...(await memoryFigures(action, cli)));
if (parts.includes("scan")) figures.push(...scanFigures());
if (parts.includes("access")) figures.push(...(await accessFigures()));
if (parts.includes("runtime")) {
  const measured = await runtimeFigures();
  if (measured === undefined) console.log("SKIPPED: runtime (there is no Python 3.10 or later)");
  else figures.push(...measured);
}
for (const part of ["deploy", "rate"].filter((name) => parts.includes(name))) {
  if (cli.kind !== "real") console.log(`SKIPPED: ${part} (the real Databricks CLI is not on PATH)`);
  else if (part === "deploy") figures.push(...(await deployFigures(action, cli, rounds)));
  else figures.push(...(await largeAtRates(action, cli)));
}
console.log(`\n${table(figures)}\n\nLoad ${load()} at the end.`);
process.exitCode = figures.some(isMissed) ? 1 : 0;
