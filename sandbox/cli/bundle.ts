import { readFile } from "node:fs/promises";
import path from "node:path";
import { textOf, type Json, type JsonObject } from "../http/json.ts";
import { objectOf } from "./config-file.ts";
import { cannot, CliFailure, report, type Output } from "./diagnostics.ts";
import { jobSettings, schemaSettings } from "./resource-settings.ts";
import { dependenciesOf, interpolate, type Dependency } from "./references.ts";
import type { Environment, Selected } from "./target.ts";

interface ResourceConfig {
  readonly key: string;
  /** References to other resources are not resolved. */
  readonly settings: JsonObject;
  readonly dependsOn: readonly Dependency[];
  /** File of its definition, relative to the bundle's folder. */
  readonly file: string;
}

/** A bundle with everything resolved. */
export interface Bundle {
  readonly root: string;
  readonly name: string;
  readonly target: string;
  readonly mode: string;
  readonly userName: string;
  /** As `summary -o json` shows it, but for `resources`. */
  readonly config: JsonObject;
  /** By name, such as `resources.jobs.nightly`. */
  readonly resources: ReadonlyMap<string, ResourceConfig>;
  readonly paths: Readonly<Record<"root" | "file" | "state" | "artifact", string>>;
}

/** @param me the answer of `GET /api/2.0/preview/scim/v2/Me` @throws CliFailure */
export async function resolveBundle(
  { root, target, config, files }: Selected,
  me: JsonObject,
  env: Environment,
  output: Output,
): Promise<Bundle> {
  const { resources, ...settings } = config;
  const bundle = objectOf(settings["bundle"]);
  const [name, mode] = [textOf(bundle["name"]), textOf(bundle["mode"])];
  const userName = textOf(me["userName"]);
  const shortName = shortNameOf(me);
  const workspace = objectOf(settings["workspace"]);
  const rootPath = textOf(workspace["root_path"]);
  if (name === "") throw cannot("a bundle without a name");
  if (!["", "direct"].includes(textOf(bundle["engine"]))) throw cannot("an engine other than direct");
  if (!["", "development", "production"].includes(mode)) throw cannot(`mode ${mode}`);
  if (mode === "production" && rootPath === "") throw cannot("production without workspace.root_path");
  const presets = mode === "development" ? developmentPresets(shortName) : undefined;
  const tree: JsonObject = {
    ...settings,
    ...(presets === undefined ? {} : { presets }),
    bundle: { ...bundle, ...(presets === undefined ? {} : { deployment: { lock: { enabled: false } } }) },
    ...(settings["variables"] === undefined
      ? {}
      : { variables: variableValues(objectOf(settings["variables"]), env, await overridesOf(root, target)) }),
    sync: { paths: ["."] },
    workspace: {
      file_path: "${workspace.root_path}/files",
      state_path: "${workspace.root_path}/state",
      artifact_path: "${workspace.root_path}/artifacts",
      resource_path: "${workspace.root_path}/resources",
      ...workspace,
      root_path: rootPath || `/Workspace/Users/${userName}/.bundle/\${bundle.name}/\${bundle.target}`,
      current_user: {
        ...Object.fromEntries(Object.entries(me).filter(([field]) => field !== "applicationId")),
        short_name: shortName,
        domain_friendly_name: shortName.replaceAll("_", "-"),
      },
    },
  };
  const resolved = interpolate(tree, tree) as JsonObject;
  const path = (key: string): string => textOf(objectOf(resolved["workspace"])[`${key}_path`]);
  const paths = { root: path("root"), file: path("file"), state: path("state"), artifact: path("artifact") };
  if (!paths.root.startsWith("/Workspace/")) throw cannot(`root path ${paths.root}`);
  const context = { root, paths, presets, runAs: resolved["run_as"] };
  const found = new Map<string, ResourceConfig>();
  for (const kind of ["jobs", "schemas"] as const) {
    for (const [key, raw] of Object.entries(objectOf(objectOf(resources)[kind])).sort(byKey)) {
      const file = files.get(`resources.${kind}.${key}`) ?? "databricks.yml";
      const plain = objectOf(interpolate(raw, tree));
      const settings =
        kind === "jobs" ? await jobSettings(plain, file, context) : schemaSettings(plain, context);
      found.set(`resources.${kind}.${key}`, { key, settings, dependsOn: dependenciesOf(settings), file });
    }
  }
  if (paths.root.startsWith("/Workspace/Shared/")) {
    const summary = `the bundle root path ${paths.root} is writable by all workspace users`;
    report(output, [{ severity: "Warning", summary }]);
  }
  return { root, name, target, mode, userName, config: resolved, resources: found, paths };
}

/** `variable-overrides.json` of the bundle's folder; a link that leads nowhere is none. */
async function overridesOf(root: string, target: string): Promise<JsonObject> {
  const file = path.join(root, ".databricks/bundle", target, "variable-overrides.json");
  const text = await readFile(file, "utf8").catch(() => undefined);
  return text === undefined ? {} : objectOf(JSON.parse(text) as Json);
}

/** `BUNDLE_VAR_<name>` beats the file, and that the default; complex ones are taken from the file alone. */
function variableValues(variables: JsonObject, env: Environment, overrides: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => {
      const given = env[`BUNDLE_VAR_${name}`];
      const { type, default: usual } = objectOf(variable);
      if (given !== undefined && type === "complex") {
        const how = `setting via environment variables (BUNDLE_VAR_${name})`;
        throw new CliFailure(`${how} is not supported for complex variable ${name}`);
      }
      const value = given ?? overrides[name] ?? usual ?? null;
      if (value === null) throw new CliFailure(`no value assigned to required variable ${name}.`);
      return [name, { ...objectOf(variable), value }];
    }),
  );
}

/** A service principal goes by its display name, a user by what stands before the `@`. */
function shortNameOf(me: JsonObject): string {
  const userName = textOf(me["userName"]);
  const principal = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(userName);
  const name = (principal && textOf(me["displayName"])) || (userName.split("@")[0] ?? "");
  return name.replace(/[^a-zA-Z0-9_]/g, "_");
}

function developmentPresets(shortName: string): JsonObject {
  return {
    jobs_max_concurrent_runs: 4,
    name_prefix: `[dev ${shortName}] `,
    pipelines_development: true,
    tags: { dev: shortName },
    trigger_pause_status: "PAUSED",
  };
}

function byKey([first]: [string, unknown], [second]: [string, unknown]): number {
  return first < second ? -1 : 1;
}
