import assert from "node:assert/strict";
import { appendFile, constants, copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { AZURE_DEPLOYER } from "../../../sandbox/defaults.ts";
import { startAzureJob } from "../../../sandbox/runner/azure-job.ts";
import { sandboxCli, type SandboxCli } from "../../../sandbox/runner/find-cli.ts";
import { freshUntilExit } from "../../../sandbox/runner/scratch.ts";
import { startGitHubJob } from "../../../sandbox/runner/github-job.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import { builtTask } from "./built-task.ts";

type Inputs = Readonly<Record<string, string>>;

export interface Attacked {
  readonly code: string | undefined;
  readonly succeeded: boolean;
  readonly log: string;
  readonly rawLog: string;
  readonly outputs: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly sandbox: Sandbox;
  /** What the attack says that it has seen. */
  readonly seen: readonly unknown[];
  /** Milliseconds. */
  readonly took: number;
}

export interface Attack {
  readonly what: string;
  /** When the code runs: `experimental.scripts`, the build command of an artifact, or the build that the CLI infers. */
  readonly hook: "preinit" | "postinit" | "prebuild" | "predeploy" | "postdeploy" | "build" | "setup.py";
  /** CommonJS, after {@link PRELUDE}; may await. */
  readonly code: string;
  readonly inputs?: Inputs;
  /** Further variables of the step; `$` stands for the checkout. */
  readonly env?: Inputs;
  /** Whether the CLI on PATH is a copy, which may be damaged. */
  readonly ownCli?: boolean;
  /** Before the step. */
  readonly prepare?: (sandbox: Sandbox) => unknown;
  readonly holds: (attacked: Attacked) => void;
  /** What the next step does, without the attack in the bundle. */
  readonly next?: (attacked: Attacked) => void;
}

/** What an attacker finds out by himself: `step` and `service` are process ids, `variables` those of a process. */
const PRELUDE = `
const fs = require("node:fs"), path = require("node:path"), http = require("node:http"), net = require("node:net");
const { spawn, spawnSync, execSync } = require("node:child_process");
const variables = (pid) => { try { return Object.fromEntries(fs.readFileSync("/proc/" + pid + "/environ", "utf8").split("\\0").map((one) => [one.slice(0, one.indexOf("=")), one.slice(one.indexOf("=") + 1)])); } catch { return {}; } };
const pids = () => fs.readdirSync("/proc").filter((name) => /^\\d+$/.test(name)).map(Number);
const parent = (pid) => Number(fs.readFileSync("/proc/" + pid + "/stat", "latin1").replace(/^.*\\) /s, "").split(" ")[1]);
let step = process.ppid;
while (step > 1 && variables(step).INPUT_HOST === undefined) step = parent(step);
const service = pids().find((pid) => variables(pid).DATABRICKS_SECRETLESS_SERVICE !== undefined && parent(pid) === step);
const command = (() => { for (let pid = process.ppid; pid > 1 && pid !== step; pid = parent(pid)) { const [, bundle, name] = fs.readFileSync("/proc/" + pid + "/cmdline", "utf8").split("\\0"); if (bundle === "bundle") return name; } })();
const state = path.join(process.env.DATABRICKS_BUNDLE_TMP, "prod");
const ask = (host = process.env.DATABRICKS_HOST) => fetch(process.env.DATABRICKS_METADATA_SERVICE_URL, { headers: { "x-databricks-metadata-version": "1", "x-databricks-host": host } });
const saw = (what) => fs.appendFileSync(SEEN, JSON.stringify(what) + "\\n");
const api = async (method, route, body) => { const { access_token } = await (await ask()).json(); const answer = await fetch(process.env.DATABRICKS_HOST + route, { method, headers: { authorization: "Bearer " + access_token }, body: body && JSON.stringify(body) }); return answer.text(); };
`;

/** What an attack that takes itself out of the bundle removes from here on. */
export const ERASED_FROM = "# The rest of the bundle.";
const WHEEL_JOB = `resources:
  jobs:
    wheel:
      name: wheel
      tasks:
        - task_key: a
          existing_cluster_id: c
          python_wheel_task: { package_name: p, entry_point: m }
          libraries: [{ whl: ./dist/*.whl }]
`;

async function arm(checkout: string, { hook, code }: Attack, seen: string): Promise<void> {
  const whole = `const SEEN = ${JSON.stringify(seen)};${PRELUDE}(async () => {${code}\n})().catch((error) => { saw({ error: String(error) }); process.exit(0); });`;
  await mkdir(path.join(checkout, "lib"), { recursive: true });
  await writeFile(path.join(checkout, "attack.cjs"), whole);
  const run = `${process.execPath} ${path.join(checkout, "attack.cjs")}`;
  const yml =
    hook === "build"
      ? `artifacts:\n  lib:\n    path: lib\n    build: ${run}\n    files: [{ source: lib/out.whl }]\n`
      : hook === "setup.py"
        ? WHEEL_JOB
        : `experimental:\n  scripts:\n    ${hook}: ${run}\n`;
  if (hook === "build") await writeFile(path.join(checkout, "lib/out.whl"), "");
  if (hook === "setup.py") {
    const setup = `import os, subprocess\nos.makedirs("dist", exist_ok=True)\nopen("dist/p-1-py3-none-any.whl", "wb").write(b"PK\\x05\\x06" + bytes(18))\nsubprocess.check_call(${JSON.stringify(run.split(" "))})\n`;
    await writeFile(path.join(checkout, "setup.py"), setup);
  }
  await appendFile(path.join(checkout, "databricks.yml"), `\n${ERASED_FROM}\n${yml}`);
}

async function copyOfCli(): Promise<SandboxCli> {
  const { file, kind } = await sandboxCli();
  const copy = path.join(await freshUntilExit("own-cli"), path.basename(file));
  await copyFile(file, copy, constants.COPYFILE_FICLONE);
  return { file: copy, kind };
}

const SHELLS = {
  action: async (cli: SandboxCli) => {
    const job = await startGitHubJob({ cli });
    return {
      ...job,
      step: async (inputs: Inputs, env: Inputs) => {
        const result = await job.step(inputs, { env });
        return { ...result, succeeded: result.exitCode === 0 };
      },
    };
  },
  task: async (cli: SandboxCli) => {
    const job = await startAzureJob({ cli, task: await builtTask() });
    return {
      ...job,
      step: async (inputs: Inputs, env: Inputs) => {
        const variables = `deployer=${AZURE_DEPLOYER.applicationId}\n${inputs["variables"] ?? ""}`;
        const given = { clientId: AZURE_DEPLOYER.applicationId, ...inputs, variables };
        const result = await job.step(given, { env });
        return { ...result, succeeded: result.result === "Succeeded" };
      },
    };
  },
};
export type Shell = keyof typeof SHELLS;

/** One attack in a job of its own, and whether it held; of the next step, too, where the attack asks for one. */
export async function tryAttack(shell: Shell, attack: Attack): Promise<void> {
  const seen = path.join(await freshUntilExit("seen"), "seen");
  await writeFile(seen, "");
  const job = await SHELLS[shell](await (attack.ownCli === true ? copyOfCli() : sandboxCli()));
  const { sandbox, checkout } = job;
  const step = async (): Promise<Attacked> => {
    const env = Object.entries(attack.env ?? {}).map(
      ([name, value]) => [name, value.replaceAll("$", checkout)] as const,
    );
    const begun = performance.now();
    const result = await job.step(attack.inputs ?? {}, Object.fromEntries(env));
    const took = performance.now() - begun;
    const { succeeded, log, rawLog, outputs, summary } = result;
    return {
      code: /(?:::error[^:]*::|type=error[^\]]*\])([A-Z_]{4,}): /.exec(rawLog)?.[1],
      ...{ succeeded, log, rawLog, outputs, summary, took, sandbox },
      seen: (await readFile(seen, "utf8"))
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown),
    };
  };
  try {
    await attack.prepare?.(sandbox);
    await arm(checkout, attack, seen);
    attack.holds(await step());
    if (attack.next === undefined) return;
    await disarm(checkout);
    attack.next(await step());
  } finally {
    await job.stop();
  }
}

async function disarm(checkout: string): Promise<void> {
  const yml = path.join(checkout, "databricks.yml");
  const [kept = ""] = (await readFile(yml, "utf8")).split(ERASED_FROM);
  await writeFile(yml, kept);
}

export const ran = ({ seen, log }: Attacked): void => {
  assert.ok(seen.length > 0 && !JSON.stringify(seen).includes('"error"'), `${JSON.stringify(seen)}\n${log}`);
};

export const unharmed = ({ succeeded, log, seen, sandbox }: Attacked): void => {
  assert.ok(seen.length > 0, `the attack did not run\n${log}`);
  assert.ok(succeeded, log);
  assert.equal(sandbox.workspace.jobs.all.size, 3, log);
};
