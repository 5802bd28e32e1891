/**
 * Starts an action as GitHub's runner does: own process, `INPUT_*`, file commands, then the post step. Facts:
 * actions/runner (NodeScriptActionHandler, FileCommandManager).
 */
import { spawn } from "node:child_process";
import { mkdtemp, readFile, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { parse } from "yaml";

export interface GitHubStep {
  /** Folder that holds action.yml. */
  readonly action: string;
  readonly checkout: string;
  readonly with: Readonly<Record<string, string>>;
  /** Variables of the job: the ID-token request, PATH, HOME and whatever the workflow sets. */
  readonly env: Readonly<Record<string, string | undefined>>;
  /** RUNNER_TEMP. */
  readonly temp: string;
  readonly node?: string;
  readonly debug?: boolean;
  readonly onLine?: (line: string) => void;
  /** Called with the process id of main once it runs: a test may signal it, as a cancelled job does. */
  readonly onStart?: (pid: number) => void;
  /** The later steps of the job: called between main and post with the variables that main has set for them. */
  readonly later?: (environment: Readonly<Record<string, string>>) => Promise<void>;
  /** Whether there is a post step; a machine that is gone has none. Default true. */
  readonly post?: boolean;
}

export interface StepResult {
  readonly exitCode: number | null;
  /** Everything that main and post printed, stdout and stderr in order of arrival, masks applied as the runner does. */
  readonly log: string;
  /** The same before masking: what must hold no token either, except in `::add-mask::` itself. */
  readonly rawLog: string;
  readonly annotations: readonly { level: string; properties: Record<string, string>; message: string }[];
  readonly outputs: Readonly<Record<string, string>>;
  readonly environment: Readonly<Record<string, string>>;
  readonly state: Readonly<Record<string, string>>;
  readonly summary: string;
  readonly postExitCode: number | null;
  /** Milliseconds that main took, from the start of its process to the end of its output. */
  readonly duration: number;
  readonly temp: string;
}

interface ActionManifest {
  inputs?: Record<string, { default?: string | boolean | number }>;
  runs: { main: string; post?: string };
}

const FILES = ["output", "state", "env", "path", "step_summary"] as const;
const unescape = (text: string): string =>
  text
    .replace(/%0D/g, "\r")
    .replace(/%0A/g, "\n")
    .replace(/%3A/g, ":")
    .replace(/%2C/g, ",")
    .replace(/%25/g, "%");

export async function runGitHubStep(step: GitHubStep): Promise<StepResult> {
  const manifest = parse(await readFile(path.join(step.action, "action.yml"), "utf8")) as ActionManifest;
  const { temp } = step;
  // Beside RUNNER_TEMP, not in it: what a step leaves there is looked at.
  const commands = await mkdtemp(`${temp}-commands-`);
  const file = (name: string): string => path.join(commands, name);
  for (const name of FILES) await writeFile(file(name), "");

  const inputs: Record<string, string> = {};
  for (const [name, { default: value }] of Object.entries(manifest.inputs ?? {})) {
    inputs[name] = step.with[name] ?? (value === undefined ? "" : String(value));
  }
  for (const [name, value] of Object.entries(step.with)) inputs[name] ??= value;
  const env: Record<string, string> = {};
  for (const [name, value] of Object.entries(step.env)) if (value !== undefined) env[name] = value;
  for (const [name, value] of Object.entries(inputs))
    env[`INPUT_${name.replace(/ /g, "_").toUpperCase()}`] = value;
  for (const name of FILES) env[`GITHUB_${name.toUpperCase()}`] = file(name);
  Object.assign(env, {
    CI: "true",
    GITHUB_ACTIONS: "true",
    GITHUB_WORKSPACE: step.checkout,
    RUNNER_TEMP: temp,
    RUNNER_OS: "Linux",
    RUNNER_ARCH: os.arch() === "arm64" ? "ARM64" : "X64",
    RUNNER_TRACKING_ID: "github_sandbox",
    ...(step.debug === true && { RUNNER_DEBUG: "1" }),
  });

  const lines: string[] = [];
  const start = (script: string, extra: Record<string, string>): Promise<number | null> =>
    new Promise((resolve, reject) => {
      const child = spawn(step.node ?? process.execPath, [path.join(step.action, script)], {
        cwd: step.checkout,
        env: { ...env, ...extra },
        stdio: ["ignore", "pipe", "pipe"],
      });
      for (const stream of [child.stdout, child.stderr]) {
        let rest = "";
        const emit = (line: string): void => {
          lines.push(line);
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
      if (child.pid !== undefined && extra["SANDBOX_POST"] === undefined) step.onStart?.(child.pid);
    });

  const started = performance.now();
  const exitCode = await start(manifest.runs.main, {});
  const duration = performance.now() - started;
  const state = readFileCommand(await readFile(file("state"), "utf8"));
  const stateVariables = Object.fromEntries(
    Object.entries(state).map(([name, value]) => [`STATE_${name}`, value]),
  );
  await step.later?.(readFileCommand(await readFile(file("env"), "utf8")));
  const postExitCode =
    manifest.runs.post === undefined || step.post === false
      ? null
      : await start(manifest.runs.post, { ...stateVariables, SANDBOX_POST: "1" });

  const commandsSeen = lines.flatMap((line) => {
    const match = /^\s*::([\w-]+)(?: ([^:]*))?::(.*)$/.exec(line);
    return match === null
      ? []
      : [{ name: match[1] ?? "", properties: match[2] ?? "", data: unescape(match[3] ?? "") }];
  });
  const masks = commandsSeen
    .filter(({ name }) => name === "add-mask")
    .flatMap(({ data }) => data.split("\n"));
  const masked = masks.reduce(
    (text, mask) => (mask === "" ? text : text.replaceAll(mask, "***")),
    lines.filter((line) => !line.trimStart().startsWith("::add-mask::")).join("\n"),
  );
  return {
    exitCode,
    log: masked,
    rawLog: lines.filter((line) => !line.trimStart().startsWith("::add-mask::")).join("\n"),
    annotations: commandsSeen
      .filter(({ name }) => ["error", "warning", "notice"].includes(name))
      .map(({ name, properties, data }) => ({
        level: name,
        message: data,
        properties: Object.fromEntries(
          properties
            .split(",")
            .filter(Boolean)
            .map((pair) => {
              const equals = pair.indexOf("=");
              return [pair.slice(0, equals), unescape(pair.slice(equals + 1))];
            }),
        ),
      })),
    outputs: readFileCommand(await readFile(file("output"), "utf8")),
    environment: readFileCommand(await readFile(file("env"), "utf8")),
    state,
    summary: await readFile(file("step_summary"), "utf8"),
    postExitCode,
    duration,
    temp,
  };
}

/** `name<<DELIMITER` blocks and `name=value` lines, as the runner reads them. */
function readFileCommand(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  const lines = text.split(/\r?\n/);
  for (let at = 0; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const heredoc = /^([^=]+?)<<(.+)$/.exec(line);
    if (heredoc?.[1] !== undefined) {
      const end = lines.indexOf(heredoc[2] ?? "", at + 1);
      if (end < 0) throw new Error(`no end of ${heredoc[1]} in the file command`);
      found[heredoc[1]] = lines.slice(at + 1, end).join("\n");
      at = end;
    } else if (line.includes("=")) {
      found[line.slice(0, line.indexOf("="))] = line.slice(line.indexOf("=") + 1);
    }
  }
  return found;
}
