import { isObject, textOf, type Json, type JsonObject } from "../http/json.ts";
import { cannot, CliFailure, report, type Output } from "./diagnostics.ts";
import { Interpolation } from "./interpolation.ts";
import { jobSettings, schemaSettings } from "./resource-settings.ts";
import { dependenciesOf, type Dependency } from "./references.ts";
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
  readonly paths: Readonly<Record<"root" | "file" | "state" | "artifact" | "resource", string>>;
  /** Development mode deploys without a lock. */
  readonly locked: boolean;
}

/** @param me the answer of `GET /api/2.0/preview/scim/v2/Me` @throws CliFailure */
export async function resolveBundle(
  selected: Selected,
  me: JsonObject,
  env: Environment,
  output: Output,
): Promise<Bundle> {
  const { root, target, config } = selected;
  const bundle = objectOf(config.value["bundle"]);
  const name = textOf(bundle["name"]);
  const mode = textOf(bundle["mode"]);
  const userName = textOf(me["userName"]);
  const { resources, ...settings } = config.value;
  const workspace = objectOf(settings["workspace"]);
  if (name === "" && workspace["root_path"] === undefined) {
    throw new CliFailure("unable to define default workspace root: bundle name not defined");
  }
  if (!["", "direct"].includes(textOf(bundle["engine"]))) {
    throw new CliFailure(cannot("an engine other than direct", "bundle.engine"));
  }
  checkMode(selected, mode, userName, output);
  const shortName = shortNameOf(me);
  const currentUser = Object.fromEntries(Object.entries(me).filter(([field]) => field !== "applicationId"));
  const rootPath = fixPath(
    textOf(workspace["root_path"]) || "~/.bundle/${bundle.name}/${bundle.target}",
    userName,
  );
  const tree: JsonObject = {
    ...settings,
    ...(mode === "development" ? { presets: developmentPresets(shortName) } : {}),
    bundle: { ...bundle, ...(mode === "development" ? { deployment: { lock: { enabled: false } } } : {}) },
    ...(settings["variables"] === undefined
      ? {}
      : { variables: variableValues(objectOf(settings["variables"]), env) }),
    sync: { paths: ["."] },
    workspace: {
      file_path: "${workspace.root_path}/files",
      state_path: "${workspace.root_path}/state",
      artifact_path: "${workspace.root_path}/artifacts",
      resource_path: "${workspace.root_path}/resources",
      ...workspace,
      root_path: rootPath,
      current_user: {
        ...currentUser,
        short_name: shortName,
        domain_friendly_name: shortName.replaceAll("_", "-"),
      },
    },
  };
  const interpolation = new Interpolation(tree);
  const resolved = interpolation.resolve(tree) as JsonObject;
  const path = (key: string): string => textOf(objectOf(resolved["workspace"])[key]);
  const paths = {
    root: path("root_path"),
    file: path("file_path"),
    state: path("state_path"),
    artifact: path("artifact_path"),
    resource: path("resource_path"),
  };
  const context = {
    root,
    filePath: paths.file,
    metadataPath: `${paths.state}/metadata.json`,
    runAs: isObject(resolved["run_as"]) ? resolved["run_as"] : undefined,
    presets: isObject(resolved["presets"]) ? resolved["presets"] : undefined,
    places: config.places,
  };
  const found = new Map<string, ResourceConfig>();
  for (const kind of ["jobs", "schemas"] as const) {
    for (const [key, raw] of Object.entries(objectOf(objectOf(resources)[kind])).sort(byKey)) {
      const plain = objectOf(interpolation.resolve(raw));
      const settings =
        kind === "jobs" ? await jobSettings(key, plain, context) : schemaSettings(plain, context);
      const file = config.places.get(`resources.${kind}.${key}`)?.value.file ?? "databricks.yml";
      found.set(`resources.${kind}.${key}`, { key, settings, dependsOn: dependenciesOf(settings), file });
    }
  }
  warnOfSharedRoot(paths.root, output);
  return {
    root,
    name,
    target,
    mode,
    userName,
    config: resolved,
    resources: found,
    paths,
    locked: mode !== "development",
  };
}

function objectOf(value: Json | undefined): JsonObject {
  return isObject(value) ? value : {};
}

function byKey([first]: [string, unknown], [second]: [string, unknown]): number {
  return first < second ? -1 : 1;
}

/** `BUNDLE_VAR_<name>` beats the target's value, which beats the default. */
function variableValues(variables: JsonObject, env: Environment): JsonObject {
  return Object.fromEntries(
    Object.entries(variables).map(([name, variable]) => {
      const value = env[`BUNDLE_VAR_${name}`] ?? objectOf(variable)["default"];
      if (value === undefined || value === null) {
        throw new CliFailure(
          `no value assigned to required variable ${name}. Variables are usually assigned in databricks.yml, and they can be overridden using "--var", the BUNDLE_VAR_${name} environment variable, or .databricks/bundle/<target>/variable-overrides.json`,
        );
      }
      return [name, { ...objectOf(variable), value }];
    }),
  );
}

function fixPath(path: string, userName: string): string {
  if (path.startsWith("~/")) return `/Workspace/Users/${userName}${path.slice(1)}`;
  return /^\/(Users|Shared)\//.test(path) ? `/Workspace${path}` : path;
}

function isServicePrincipal(userName: string): boolean {
  return /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i.test(userName);
}

/** A service principal goes by its display name, a user by what stands before the `@`. */
function shortNameOf(me: JsonObject): string {
  const userName = textOf(me["userName"]);
  const display = textOf(me["displayName"]);
  const name = isServicePrincipal(userName) && display !== "" ? display : (userName.split("@")[0] ?? "");
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

function checkMode(selected: Selected, mode: string, userName: string, output: Output): void {
  if (!["", "development", "production"].includes(mode)) {
    throw new CliFailure(
      `unsupported value '${mode}' specified for 'mode': must be either 'development' or 'production'`,
    );
  }
  if (mode !== "production" || selected.rootPathInTarget) return;
  const verb =
    isServicePrincipal(userName) || selected.config.value["run_as"] !== undefined ? "should" : "must";
  const problem = {
    severity: verb === "should" ? "Recommendation" : "Error",
    summary: `target with 'mode: production' ${verb} set 'workspace.root_path' to make sure only one copy is deployed`,
    detail: `A common practice is to use a username or principal name in this path, i.e. use\n\n  root_path: /Workspace/Users/${userName}/.bundle/\${bundle.name}/\${bundle.target}`,
  } as const;
  if (problem.severity === "Error") throw new CliFailure(problem);
  report(output, [problem]);
}

function warnOfSharedRoot(rootPath: string, output: Output): void {
  if (!rootPath.startsWith("/Workspace/Shared/")) return;
  report(output, [
    {
      severity: "Warning",
      summary: `the bundle root path ${rootPath} is writable by all workspace users`,
      detail:
        "The bundle is configured to use /Workspace/Shared, which will give read/write access to all users.",
    },
  ]);
}
