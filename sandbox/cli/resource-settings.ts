import { open } from "node:fs/promises";
import { join, posix } from "node:path";
import { isObject, textOf, type Json, type JsonObject } from "../http/json.ts";
import type { Place } from "./config-file.ts";
import { cannot, CliFailure } from "./diagnostics.ts";

export interface ResourceContext {
  /** Absolute path of the bundle's folder. */
  readonly root: string;
  /** Where its files are deployed. */
  readonly filePath: string;
  readonly metadataPath: string;
  readonly runAs: JsonObject | undefined;
  /** Those of development mode. */
  readonly presets: JsonObject | undefined;
  readonly places: ReadonlyMap<string, Place>;
}

const NOTEBOOK_HEADERS: Readonly<Record<string, string>> = {
  ".py": "# Databricks notebook source",
  ".r": "# Databricks notebook source",
  ".sql": "-- Databricks notebook source",
  ".scala": "// Databricks notebook source",
};

/** The settings of a job as the Jobs API gets them: paths translated, presets and defaults filled in. */
export async function jobSettings(
  key: string,
  job: JsonObject,
  context: ResourceContext,
): Promise<JsonObject> {
  const { presets, runAs } = context;
  const tags = { ...objectOrEmpty(presets?.["tags"]), ...stringValues(job["tags"]) };
  const settings: JsonObject = {
    max_concurrent_runs: presets?.["jobs_max_concurrent_runs"] ?? 1,
    queue: { enabled: true },
    ...(runAs === undefined ? {} : { run_as: runAs }),
    ...job,
    name: `${textOf(presets?.["name_prefix"])}${textOf(job["name"])}` || "Untitled",
    deployment: { kind: "BUNDLE", metadata_file_path: context.metadataPath },
    edit_mode: "UI_LOCKED",
    format: "MULTI_TASK",
  };
  if (Object.keys(tags).length > 0) settings["tags"] = tags;
  for (const trigger of ["schedule", "continuous", "trigger"]) {
    const value = job[trigger];
    if (!isObject(value)) continue;
    settings[trigger] = { pause_status: presets?.["trigger_pause_status"] ?? "UNPAUSED", ...value };
  }
  if (Array.isArray(job["parameters"])) {
    settings["parameters"] = job["parameters"].map((parameter: Json) =>
      isObject(parameter) ? { ...parameter, default: scalarText(parameter["default"]) } : parameter,
    );
  }
  if (Array.isArray(job["tasks"])) {
    const tasks = await Promise.all(
      job["tasks"].map((task: Json, index) =>
        taskSettings(objectOrEmpty(task), `resources.jobs.${key}.tasks[${index}]`, context),
      ),
    );
    settings["tasks"] = tasks.sort((a, b) => (textOf(a["task_key"]) < textOf(b["task_key"]) ? -1 : 1));
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

async function taskSettings(task: JsonObject, path: string, context: ResourceContext): Promise<JsonObject> {
  const settings = { ...task };
  const { notebook_task: notebook, spark_python_task: python } = task;
  if (isObject(notebook)) {
    settings["notebook_task"] = {
      ...notebook,
      ...(isObject(notebook["base_parameters"])
        ? { base_parameters: stringValues(notebook["base_parameters"]) }
        : {}),
      notebook_path: await translated(notebook, "notebook_path", `${path}.notebook_task`, context),
    };
  }
  if (isObject(python)) {
    settings["spark_python_task"] = {
      ...python,
      ...(Array.isArray(python["parameters"]) ? { parameters: python["parameters"].map(scalarText) } : {}),
      python_file: await translated(python, "python_file", `${path}.spark_python_task`, context),
    };
  }
  return settings;
}

/** A path relative to the file that has it becomes the deployed one; notebooks lose their extension. */
async function translated(
  settings: JsonObject,
  field: "notebook_path" | "python_file",
  path: string,
  context: ResourceContext,
): Promise<string> {
  const literal = textOf(settings[field]);
  if (literal.startsWith("/") || /^[a-z0-9+]+:\//i.test(literal) || settings["source"] === "GIT")
    return literal;
  const place = context.places.get(`${path}.${field}`)?.value;
  const local = posix.normalize(posix.join(posix.dirname(place?.file ?? ""), literal));
  if (local.startsWith(".."))
    throw new CliFailure(cannot(`path outside of the bundle: ${literal}`, path, place));
  const wanted = field === "notebook_path" ? "notebook" : "file";
  const notebook = await isNotebook(join(context.root, local));
  if (notebook === undefined) throw new CliFailure(`${wanted} ${local} not found`);
  if (notebook !== (wanted === "notebook")) {
    const found = wanted === "notebook" ? "file" : "notebook";
    throw new CliFailure(
      `expected a ${wanted} for "${path}.${field}" but got a ${found}: file at ${join(context.root, local)} is ${found === "file" ? "not " : ""}a notebook`,
    );
  }
  return posix.join(context.filePath, notebook ? withoutExtension(local) : local);
}

/** Undefined if there is no such file. */
export async function isNotebook(file: string): Promise<boolean | undefined> {
  const extension = posix.extname(file).toLowerCase();
  const handle = await open(file).catch(() => undefined);
  if (handle === undefined) return undefined;
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    if (extension === ".ipynb") return true;
    const header = NOTEBOOK_HEADERS[extension];
    return header !== undefined && buffer.toString("utf8", 0, bytesRead).startsWith(header);
  } finally {
    await handle.close();
  }
}

export function withoutExtension(path: string): string {
  return path.slice(0, path.length - posix.extname(path).length);
}

function objectOrEmpty(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function scalarText(value: Json | undefined): string {
  return typeof value === "string" ? value : typeof value === "object" ? "" : String(value ?? "");
}

/** These maps are of strings, whatever YAML made of their values. */
function stringValues(value: Json | undefined): JsonObject {
  return Object.fromEntries(Object.entries(objectOrEmpty(value)).map(([key, one]) => [key, scalarText(one)]));
}
