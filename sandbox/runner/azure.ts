/**
 * Starts a task as an Azure Pipelines agent does: own process, `INPUT_*`, `ENDPOINT_*` and `SYSTEM_*` variables, logging
 * commands, then the post-job step. Facts: azure-pipelines-agent (Handler.cs, NodeHandler.cs, TaskCommandExtension.cs).
 */
import { spawn } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import type { AzureDevOps } from "../azure/azure.ts";
import {
  agentVariables,
  endpointVariables,
  environmentName,
  type TaskManifest,
} from "./azure-environment.ts";
import { AgentLog } from "./azure-log.ts";

export interface AzureStep {
  /** Folder of the built task, with task.json. */
  readonly task: string;
  readonly azure: AzureDevOps;
  readonly checkout: string;
  /** As in YAML: a connection by its name; `$(…)` is replaced where the variable has a value. */
  readonly inputs: Readonly<Record<string, string>>;
  /** Variables of the pipeline under their own names, such as `Agent.ProxyUrl`. */
  readonly variables?: Readonly<Record<string, string>>;
  /** Secret variables of the pipeline. */
  readonly secrets?: Readonly<Record<string, string>>;
  /** Variables of the agent's own process: PATH, HOME and the like. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Agent.TempDirectory. */
  readonly temp: string;
  readonly node?: string;
  /** The variable system.debug. */
  readonly debug?: boolean;
  /** Whether the agent knows `System.OidcRequestUri`; default true. */
  readonly oidcRequestUri?: boolean;
  /** Whether the agent gives the task its endpoints; default true. */
  readonly endpoints?: boolean;
  readonly onLine?: (line: string) => void;
  /** Called with the process id of main once it runs: a test may signal it, as a cancelled job does. */
  readonly onStart?: (pid: number) => void;
  /** The later steps of the job: called between main and post with the variables that main has set for them. */
  readonly later?: (environment: Readonly<Record<string, string>>) => Promise<void>;
}

export interface AzureStepResult {
  readonly result: "Succeeded" | "Failed";
  readonly exitCode: number | null;
  /** What a reader of the log sees of main and post: masked, commands taken out, issues and debug lines as text. */
  readonly log: string;
  /** Every line as the process printed it, but for `task.setsecret`. */
  readonly rawLog: string;
  readonly issues: readonly {
    readonly level: string;
    readonly properties: Readonly<Record<string, string>>;
    readonly message: string;
  }[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly taskVariables: Readonly<Record<string, string>>;
  /** Variables that later steps have in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  /** The Extensions tab. */
  readonly summary: string;
  readonly progress: readonly number[];
  /** Commands that the agent refuses or does not know; it logs a warning for each. */
  readonly refused: readonly string[];
  readonly postExitCode: number | null;
  readonly postResult: "Succeeded" | "Failed";
  readonly temp: string;
}

export async function runAzureStep(step: AzureStep): Promise<AzureStepResult> {
  const manifest = JSON.parse(await readFile(path.join(step.task, "task.json"), "utf8")) as TaskManifest;
  const { temp } = step;
  const variables = { ...agentVariables(step.azure, step, temp), ...step.variables };
  const { inputs, connections } = resolveInputs(manifest, step, variables);
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(step.env)) if (value !== undefined) env[name] = value;
  for (const [name, value] of Object.entries(variables)) env[environmentName(name)] = value;
  for (const [name, value] of Object.entries(step.secrets ?? {}))
    env[`SECRET_${environmentName(name)}`] = value;
  for (const [name, value] of Object.entries(inputs)) env[`INPUT_${environmentName(name)}`] = value;
  env["VSTS_PUBLIC_VARIABLES"] = JSON.stringify(Object.keys(variables));
  env["VSTS_SECRET_VARIABLES"] = JSON.stringify(Object.keys(step.secrets ?? {}));
  if (step.endpoints !== false) Object.assign(env, endpointVariables(step.azure, connections));

  const masks = [
    step.azure.jobToken,
    ...Object.values(step.secrets ?? {}),
    ...connections.map((one) => step.azure.subjectOf(one)),
  ];
  const main = new AgentLog(manifest, masks, step.debug === true);
  const exitCode = await run(step, targetOf(manifest.execution), env, main, step.onStart);
  await main.readSummaries();
  await step.later?.(main.environment);
  const taskVariables = Object.fromEntries(
    Object.entries(main.taskVariables).map(([name, value]) => [
      `VSTS_TASKVARIABLE_${environmentName(name)}`,
      value,
    ]),
  );
  const post = new AgentLog(manifest, [...masks, ...main.masks], step.debug === true);
  const postTarget = manifest.postjobexecution && targetOf(manifest.postjobexecution);
  const postExitCode =
    postTarget === undefined ? null : await run(step, postTarget, { ...env, ...taskVariables }, post);
  const log = new AgentLog(manifest, [...masks, ...main.masks, ...post.masks], step.debug === true);
  for (const line of [...main.lines, ...post.lines]) log.take(line);
  return {
    result: exitCode === 0 && !main.failed ? "Succeeded" : "Failed",
    exitCode,
    log: log.shown(),
    rawLog: log.raw(),
    issues: log.issues,
    outputs: main.outputs,
    taskVariables: main.taskVariables,
    environment: main.environment,
    summary: main.summary,
    progress: main.progress,
    refused: log.refused,
    postExitCode,
    postResult: postExitCode === 0 && !post.failed ? "Succeeded" : "Failed",
    temp,
  };
}

function resolveInputs(manifest: TaskManifest, step: AzureStep, variables: Readonly<Record<string, string>>) {
  const inputs: Record<string, string> = {};
  const lower = new Map(Object.entries(variables).map(([name, value]) => [name.toLowerCase(), value]));
  const expand = (text: string): string =>
    text.replace(/\$\(([^)]+)\)/g, (macro, name: string) => lower.get(name.toLowerCase()) ?? macro);
  const connections = [];
  for (const { name, type, defaultValue = "" } of manifest.inputs) {
    let value = expand(step.inputs[name] ?? String(defaultValue)).trim();
    if (type.startsWith("connectedService:") && value !== "") {
      const found = step.azure.connections.find((one) => one.name === value || one.id === value);
      if (found !== undefined) {
        connections.push(found);
        value = found.id;
      }
    }
    // The agent takes an empty path for the sources folder.
    inputs[name] = type === "filePath" && value === "" ? step.checkout : value;
  }
  return { inputs, connections };
}

/** The newest handler wins where the agent has it. */
function targetOf(handlers: Readonly<Record<string, { readonly target: string }>>): string {
  const handler = handlers["Node24"] ?? handlers["Node20_1"];
  if (handler === undefined) throw new Error("the task has no handler for a current agent");
  return handler.target;
}

function run(
  step: AzureStep,
  target: string,
  env: Readonly<Record<string, string>>,
  log: AgentLog,
  onStart?: (pid: number) => void,
): Promise<number | null> {
  return new Promise((resolve, reject) => {
    const child = spawn(step.node ?? process.execPath, [path.join(step.task, target)], {
      cwd: step.checkout,
      env,
      stdio: ["ignore", "pipe", "pipe"],
    });
    for (const stream of [child.stdout, child.stderr]) {
      let rest = "";
      const emit = (line: string): void => {
        log.take(line);
        step.onLine?.(line);
      };
      stream.setEncoding("utf8").on("data", (chunk: string) => {
        const parts = (rest + chunk).split(/\r\n|\n|\r/);
        rest = parts.pop() ?? "";
        parts.forEach(emit);
      });
      stream.on("end", () => {
        if (rest !== "") emit(rest);
      });
    }
    child.on("error", reject);
    child.on("close", resolve);
    if (child.pid !== undefined) onStart?.(child.pid);
  });
}
