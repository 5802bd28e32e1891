import { open } from "node:fs/promises";
import { join, posix } from "node:path";
import { isObject, textOf, type Json, type JsonObject } from "../http/json.ts";
import { asList, objectOf } from "./config-file.ts";
import { cannot, CliFailure } from "./diagnostics.ts";

interface ResourceContext {
  readonly root: string;
  readonly paths: Readonly<Record<"root" | "file" | "state" | "artifact", string>>;
  /** `run_as` of the bundle. */
  readonly runAs: Json | undefined;
  /** Those of development mode. */
  readonly presets: JsonObject | undefined;
}

const NOTEBOOK_HEADERS: Readonly<Record<string, string>> = {
  ".py": "# Databricks notebook source",
  ".r": "# Databricks notebook source",
  ".sql": "-- Databricks notebook source",
  ".scala": "// Databricks notebook source",
};

/**
 * The settings of a job as the Jobs API gets them: paths translated, presets and defaults filled in.
 * @param file that defines it; its paths are relative to it
 */
export async function jobSettings(
  job: JsonObject,
  file: string,
  context: ResourceContext,
): Promise<JsonObject> {
  const { presets, runAs, paths } = context;
  const settings: JsonObject = {
    max_concurrent_runs: presets?.["jobs_max_concurrent_runs"] ?? 1,
    queue: { enabled: true },
    ...(runAs === undefined ? {} : { run_as: runAs }),
    ...job,
    name: `${textOf(presets?.["name_prefix"])}${textOf(job["name"])}`,
    deployment: { kind: "BUNDLE", metadata_file_path: `${paths.state}/metadata.json` },
    edit_mode: "UI_LOCKED",
    format: "MULTI_TASK",
  };
  if (presets !== undefined) settings["tags"] = presets["tags"];
  if (isObject(job["schedule"])) {
    const pause_status = presets?.["trigger_pause_status"] ?? "UNPAUSED";
    settings["schedule"] = { pause_status, ...job["schedule"] };
  }
  if (job["parameters"] !== undefined) {
    settings["parameters"] = asList(job["parameters"])
      .map(objectOf)
      .map((parameter) => ({ ...parameter, default: scalarText(parameter["default"]) }));
  }
  if (job["tasks"] !== undefined) {
    const tasks = asList(job["tasks"]).map((task) => taskSettings(objectOf(task), file, context));
    settings["tasks"] = (await Promise.all(tasks)).sort((a, b) =>
      textOf(a["task_key"]) < textOf(b["task_key"]) ? -1 : 1,
    );
  }
  return settings;
}

/** In development mode a schema is named for its developer, in letters that a name may have. */
export function schemaSettings(schema: JsonObject, { presets }: ResourceContext): JsonObject {
  const prefix = textOf(presets?.["name_prefix"])
    .replace(/[^a-zA-Z0-9_]+/g, "_")
    .replace(/^_/, "");
  return { ...schema, name: `${prefix}${textOf(schema["name"])}` };
}

async function taskSettings(task: JsonObject, file: string, context: ResourceContext): Promise<JsonObject> {
  const settings = { ...task };
  const { notebook_task: notebook, spark_python_task: python } = task;
  if (isObject(notebook)) {
    const { base_parameters: parameters, notebook_path: path } = notebook;
    settings["notebook_task"] = {
      ...notebook,
      ...(isObject(parameters) ? { base_parameters: stringValues(parameters) } : {}),
      notebook_path: await translated(textOf(path), file, true, context),
    };
  }
  if (isObject(python)) {
    const { parameters, python_file: path } = python;
    settings["spark_python_task"] = {
      ...python,
      ...(parameters === undefined ? {} : { parameters: asList(parameters).map(scalarText) }),
      python_file: await translated(textOf(path), file, false, context),
    };
  }
  return settings;
}

/** A path relative to the file that has it becomes the deployed one; notebooks lose their extension. */
async function translated(
  path: string,
  file: string,
  wantNotebook: boolean,
  { root, paths }: ResourceContext,
): Promise<string> {
  const local = posix.join(posix.dirname(file), path);
  if (posix.isAbsolute(path) || path.includes(":/") || local.startsWith("..")) throw cannot(`path ${path}`);
  const notebook = await isNotebook(join(root, local));
  const wanted = wantNotebook ? "notebook" : "file";
  if (notebook === undefined) throw new CliFailure(`${wanted} ${local} not found`);
  if (notebook !== wantNotebook) throw cannot(`${local}, which is not a ${wanted}`);
  return posix.join(paths.file, notebook ? local.replace(/\.\w+$/, "") : local);
}

/** Undefined if there is no such file. */
export async function isNotebook(file: string): Promise<boolean | undefined> {
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    const extension = posix.extname(file).toLowerCase();
    if (extension === ".ipynb") return true;
    const header = NOTEBOOK_HEADERS[extension];
    return header !== undefined && buffer.toString("utf8", 0, bytesRead).startsWith(header);
  } finally {
    await handle.close();
  }
}

function scalarText(value: Json | undefined): string {
  return typeof value === "object" ? "" : String(value ?? "");
}

/** These maps are of strings, whatever YAML made of their values. */
function stringValues(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, scalarText(one)]));
}
