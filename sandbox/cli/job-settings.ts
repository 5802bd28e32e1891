import { readFile } from "node:fs/promises";
import { join, posix } from "node:path";
import { isObject, textOf, writeJson, type Json, type JsonObject } from "../http/json.ts";
import { asList, objectOf } from "./config-file.ts";
import { cannot, CliFailure } from "./diagnostics.ts";

interface JobContext {
  readonly root: string;
  /** The file that defines the job: its paths are relative to it. */
  readonly file: string;
  readonly paths: Readonly<Record<"file" | "state", string>>;
  /** `run_as` of the bundle. */
  readonly runAs: Json | undefined;
}

/** The settings of a job as the Jobs API gets them: paths translated, defaults filled in. */
export async function jobSettings(job: JsonObject, context: JobContext): Promise<JsonObject> {
  const { runAs, paths } = context;
  const { schedule, parameters, tasks } = job;
  return {
    max_concurrent_runs: 1,
    queue: { enabled: true },
    ...(runAs === undefined ? {} : { run_as: runAs }),
    ...job,
    ...(isObject(schedule) ? { schedule: { pause_status: "UNPAUSED", ...schedule } } : {}),
    ...(parameters === undefined ? {} : { parameters: asTexts(parameters) }),
    deployment: { kind: "BUNDLE", metadata_file_path: `${paths.state}/metadata.json` },
    edit_mode: "UI_LOCKED",
    format: "MULTI_TASK",
    ...(tasks === undefined ? {} : { tasks: await allTasks(asList(tasks), context) }),
  };
}

async function allTasks(tasks: readonly Json[], context: JobContext): Promise<JsonObject[]> {
  const settings = await Promise.all(tasks.map((task) => taskSettings(objectOf(task), context)));
  return settings.sort((a, b) => (textOf(a["task_key"]) < textOf(b["task_key"]) ? -1 : 1));
}

async function taskSettings(task: JsonObject, context: JobContext): Promise<JsonObject> {
  const settings = { ...task };
  const { notebook_task: notebook, spark_python_task: python } = task;
  if (isObject(notebook)) {
    const { base_parameters: parameters, notebook_path: path } = notebook;
    settings["notebook_task"] = {
      ...notebook,
      ...(parameters === undefined ? {} : { base_parameters: asTexts(parameters) }),
      notebook_path: await translated(textOf(path), true, context),
    };
  }
  if (isObject(python)) {
    const { parameters, python_file: path } = python;
    settings["spark_python_task"] = {
      ...python,
      ...(parameters === undefined ? {} : { parameters: asTexts(parameters) }),
      python_file: await translated(textOf(path), false, context),
    };
  }
  return settings;
}

/** A path becomes the deployed one; notebooks lose their extension. */
async function translated(
  path: string,
  wantNotebook: boolean,
  { root, file, paths }: JobContext,
): Promise<string> {
  const local = posix.join(posix.dirname(file), path);
  if (posix.isAbsolute(path) || path.includes(":/") || local.startsWith("..")) throw cannot(`path ${path}`);
  const content = await readFile(join(root, local)).catch(() => undefined);
  const wanted = wantNotebook ? "notebook" : "file";
  if (content === undefined) throw new CliFailure(`${wanted} ${local} not found`);
  if (isNotebook(local, content) !== wantNotebook) throw cannot(`${local}, which is not a ${wanted}`);
  return posix.join(paths.file, wantNotebook ? withoutExtension(local) : local);
}

export function isNotebook(path: string, content: Buffer): boolean {
  const extension = posix.extname(path).toLowerCase();
  if (extension === ".ipynb") return true;
  const source = [".py", ".r", ".sql", ".scala"].includes(extension);
  return source && /^(#|--|\/\/) Databricks notebook source/.test(content.toString("utf8", 0, 64));
}

export function withoutExtension(path: string): string {
  return path.slice(0, path.length - posix.extname(path).length);
}

/** Parameters are texts, whatever YAML made of their values. */
function asTexts(value: Json | undefined): Json {
  if (Array.isArray(value)) return value.map(asTexts);
  if (!isObject(value)) return typeof value === "string" ? value : writeJson(value ?? null);
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, asTexts(one)]));
}
