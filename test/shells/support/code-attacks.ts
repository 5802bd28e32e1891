import assert from "node:assert/strict";
import { appendFile, mkdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { AZURE_DEPLOYER, DEPLOYER } from "../../../sandbox/defaults.ts";
import { startAzureJob } from "../../../sandbox/runner/azure-job.ts";
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
  /** When the code runs: `experimental.scripts`, or the build command of an artifact. */
  readonly hook: "preinit" | "prebuild" | "predeploy" | "postdeploy" | "build";
  /** CommonJS, after {@link PRELUDE}; may await. */
  readonly code: string;
  readonly inputs?: Inputs;
  /** Before the step. */
  readonly prepare?: (sandbox: Sandbox) => unknown;
  readonly holds: (attacked: Attacked) => void;
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

async function arm(checkout: string, { hook, code }: Attack, seen: string): Promise<void> {
  const whole = `const SEEN = ${JSON.stringify(seen)};${PRELUDE}(async () => {${code}\n})().catch((error) => { saw({ error: String(error) }); process.exit(0); });`;
  await mkdir(path.join(checkout, "lib"), { recursive: true });
  await writeFile(path.join(checkout, "attack.cjs"), whole);
  const run = `${process.execPath} ${path.join(checkout, "attack.cjs")}`;
  const yml =
    hook === "build"
      ? `artifacts:\n  lib:\n    path: lib\n    build: ${run}\n    files: [{ source: lib/out.whl }]\n`
      : `experimental:\n  scripts:\n    ${hook}: ${run}\n`;
  if (hook === "build") await writeFile(path.join(checkout, "lib/out.whl"), "");
  await appendFile(path.join(checkout, "databricks.yml"), `\n${yml}`);
}

const SHELLS = {
  action: async () => {
    const job = await startGitHubJob();
    return {
      ...job,
      step: async (inputs: Inputs) => {
        const result = await job.step(inputs);
        return { ...result, succeeded: result.exitCode === 0 };
      },
    };
  },
  task: async () => {
    const job = await startAzureJob({ task: await builtTask() });
    return {
      ...job,
      step: async (inputs: Inputs) => {
        const result = await job.step({ clientId: AZURE_DEPLOYER.applicationId, ...inputs });
        return { ...result, succeeded: result.result === "Succeeded" };
      },
    };
  },
};
export type Shell = keyof typeof SHELLS;

/** One attack in a job of its own. */
export async function attacked(shell: Shell, attack: Attack): Promise<Attacked> {
  const seen = path.join(await freshUntilExit("seen"), "seen");
  await writeFile(seen, "");
  const job = await SHELLS[shell]();
  try {
    await attack.prepare?.(job.sandbox);
    await arm(job.checkout, attack, seen);
    const begun = performance.now();
    const result = await job.step(attack.inputs ?? {});
    const took = performance.now() - begun;
    const { succeeded, log, rawLog, outputs, summary } = result;
    return {
      code: /(?:::error[^:]*::|type=error[^\]]*\])([A-Z_]{4,}): /.exec(rawLog)?.[1],
      ...{ succeeded, log, rawLog, outputs, summary, took },
      sandbox: job.sandbox,
      seen: (await readFile(seen, "utf8"))
        .split("\n")
        .filter(Boolean)
        .map((line) => JSON.parse(line) as unknown),
    };
  } finally {
    await job.stop();
  }
}

const MARKED = "a-text-that-nobody-shall-see";

/** The step says that something is wrong, and nothing of what was forged. */
const refused =
  (code: string) =>
  ({ code: found, succeeded, log, outputs, seen }: Attacked): void => {
    assert.ok(seen.length > 0, `the attack did not run\n${log}`);
    assert.equal(found, code, log);
    assert.equal(succeeded, false, log);
    assert.doesNotMatch(log, /^(?:##\[\w+\])?Deployed /m);
    assert.ok(!log.includes(MARKED));
    assert.equal(outputs["jobs"], undefined);
  };
export const unharmed = ({ succeeded, log, seen, sandbox }: Attacked): void => {
  assert.ok(seen.length > 0, `the attack did not run\n${log}`);
  assert.ok(succeeded, log);
  assert.equal(sandbox.workspace.jobs.all.size, 3, log);
};

const FORGED = `const file = path.join(state, "resources.json");
  const json = JSON.parse(fs.readFileSync(file, "utf8")); saw(Object.keys(json.state));`;
const SAVED = `fs.writeFileSync(file, JSON.stringify(json));`;
const linkTo = (name: string): string =>
  `const target = path.join(process.env.DATABRICKS_BUNDLE_TMP, "..", "..", "elsewhere"); fs.writeFileSync(target, ${JSON.stringify(MARKED)});
   const file = path.join(state, ${JSON.stringify(name)}); saw(1); fs.rmSync(file, { force: true, recursive: true }); fs.symlinkSync(target, file);`;
const pipeAt = (name: string): string =>
  `const file = path.join(state, ${JSON.stringify(name)}); saw(1); fs.rmSync(file, { force: true, recursive: true }); spawnSync("mkfifo", [file]);`;

/** The jobs of another bundle in the workspace, of which the attacker knows the id. */
let foreignJob = "";
const withForeignJob = ({ workspace }: Sandbox): void => {
  const deployer = {
    ...DEPLOYER,
    id: "1",
    workspace: "write",
    accountAdmin: false,
    workspaceAdmin: false,
  } as const;
  const deployment = { kind: "BUNDLE", metadata_file_path: "/Workspace/Shared/other/state/metadata.json" };
  foreignJob = workspace.jobs.create({ name: "payroll", deployment }, deployer).id;
};

export const STATE_ATTACKS: readonly Attack[] = [
  {
    what: "says in the local state that a job is one of another bundle",
    hook: "postdeploy",
    prepare: withForeignJob,
    code: `${FORGED} const { jobs } = JSON.parse(await api("GET", "/api/2.2/jobs/list"));
      json.state["resources.jobs.nightly"].__id__ = String(jobs.find((job) => job.settings.name === "payroll").job_id); ${SAVED}`,
    holds: (attacked) => {
      refused("HOST_NOT_APPROVED")(attacked);
      assert.match(
        attacked.log,
        new RegExp(`jobs\\.nightly \\(${foreignJob}, of another bundle or target\\)`),
      );
    },
  },
  {
    what: "exchanges two jobs of the bundle in the local state",
    hook: "postdeploy",
    code: `${FORGED} const [a, b] = ["nightly", "ingest_orders"].map((key) => json.state["resources.jobs." + key]);
      [a.__id__, b.__id__] = [b.__id__, a.__id__]; ${SAVED}`,
    holds: (attacked) => {
      refused("HOST_NOT_APPROVED")(attacked);
      assert.match(attacked.log, /jobs\.nightly \(\d+, which is jobs\.ingest_orders\)/);
    },
  },
  {
    what: "says in the local state that a job is one that nobody has",
    hook: "postdeploy",
    code: `${FORGED} json.state["resources.jobs.nightly"].__id__ = "7"; ${SAVED}`,
    holds: refused("HOST_NOT_APPROVED"),
  },
  {
    what: "adds to the local state what the bundle does not have",
    hook: "postdeploy",
    code: `${FORGED} json.state["resources.jobs.payroll"] = { __id__: "7", state: {} }; ${SAVED}`,
    holds: (attacked) => {
      unharmed(attacked);
      assert.deepEqual(Object.keys(JSON.parse(attacked.outputs["jobs"] ?? "{}") as object).sort(), [
        "count_orders",
        "ingest_orders",
        "nightly",
      ]);
    },
  },
  {
    what: "writes hostile texts into the local state",
    hook: "postdeploy",
    code: `${FORGED} json.state["resources.schemas.orders"].__id__ = "x\\n::set-output name=jobs::forged\\u001b[2J](https://evil.example.com)?#"; ${SAVED}`,
    holds: ({ rawLog, summary, outputs }) => {
      assert.doesNotMatch(rawLog, /^::set-output/m);
      assert.ok(!rawLog.includes("\u001b[2J"));
      assert.doesNotMatch(summary, /\]\(https:\/\/evil/);
      assert.ok(!(outputs["jobs"] ?? "").includes("forged"));
    },
  },
  {
    what: "puts a link in the place of the local state",
    hook: "postdeploy",
    code: linkTo("resources.json"),
    holds: ({ log, seen, succeeded }) => {
      assert.equal(seen.length, 1);
      assert.equal(succeeded, false, log);
      assert.ok(!log.includes(MARKED), log);
    },
  },
  {
    what: "puts a link in the place of the record of the deployment",
    hook: "postdeploy",
    code: linkTo("deployment.json"),
    holds: refused("HOST_NOT_APPROVED"),
  },
  {
    what: "puts a pipe in the place of the record of the deployment",
    hook: "postdeploy",
    code: pipeAt("deployment.json"),
    holds: refused("HOST_NOT_APPROVED"),
  },
  {
    what: "puts a pipe among the lists of what was uploaded",
    hook: "postdeploy",
    code: `saw(1); spawnSync("mkfifo", [path.join(state, "sync-snapshots", "0.json")]);`,
    holds: ({ code, log, succeeded }) => {
      assert.equal(succeeded, false, log);
      assert.equal(code, "SCAN_INCOMPLETE", log);
    },
  },
];
