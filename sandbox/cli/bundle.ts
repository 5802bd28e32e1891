import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { textOf, type Json, type JsonObject } from "../http/json.ts";
import { objectOf, type Selected } from "./config-file.ts";
import { cannot, CliFailure, type Note } from "./diagnostics.ts";
import { jobSettings } from "./job-settings.ts";
import { dependenciesOf, interpolate, type Dependency } from "./references.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

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
  note: Note,
): Promise<Bundle> {
  const { resources, ...settings } = config;
  const { name: bundleName, mode: bundleMode, engine } = objectOf(settings["bundle"]);
  const [name, mode, userName] = [textOf(bundleName), textOf(bundleMode), textOf(me["userName"])];
  const workspace = objectOf(settings["workspace"]);
  if (name === "") throw cannot("a bundle without a name");
  if (!["", "direct"].includes(textOf(engine))) throw cannot("an engine other than direct");
  if (!["", "production"].includes(mode)) throw cannot(`${mode} mode`);
  if (mode === "production" && workspace["root_path"] === undefined)
    throw cannot("production without workspace.root_path");
  // The user of a service principal is its application ID.
  const shortName = textOf(me["displayName"]).replace(/[^a-zA-Z0-9_]/g, "_");
  const { variables } = settings;
  const tree: JsonObject = {
    ...settings,
    ...(variables === undefined
      ? {}
      : { variables: variableValues(objectOf(variables), env, await overridesOf(root, target)) }),
    sync: { paths: ["."] },
    workspace: {
      root_path: `/Workspace/Users/${userName}/.bundle/\${bundle.name}/\${bundle.target}`,
      file_path: "${workspace.root_path}/files",
      state_path: "${workspace.root_path}/state",
      artifact_path: "${workspace.root_path}/artifacts",
      resource_path: "${workspace.root_path}/resources",
      ...workspace,
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
  const found = new Map<string, ResourceConfig>();
  for (const kind of ["jobs", "schemas"] as const) {
    for (const [key, raw] of Object.entries(objectOf(objectOf(resources)[kind]))) {
      const file = files.get(`resources.${kind}.${key}`) ?? "databricks.yml";
      const plain = objectOf(interpolate(raw, tree));
      const context = { root, file, paths, runAs: resolved["run_as"] };
      const settings = kind === "jobs" ? await jobSettings(plain, context) : plain;
      found.set(`resources.${kind}.${key}`, { key, settings, dependsOn: dependenciesOf(settings), file });
    }
  }
  if (paths.root.startsWith("/Workspace/Shared/"))
    note(`Warning: the bundle root path ${paths.root} is writable by all workspace users\n\n`);
  return { root, name, target, mode, userName, config: resolved, resources: found, paths };
}

/** `variable-overrides.json` of the bundle's folder; a link that leads nowhere is none. */
async function overridesOf(root: string, target: string): Promise<JsonObject> {
  const file = join(root, ".databricks/bundle", target, "variable-overrides.json");
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
