import { access } from "node:fs/promises";
import { dirname, join } from "node:path";
import { isObject, textOf, type Json, type JsonObject } from "../http/json.ts";
import { loadConfig, merge, type Config } from "./config-file.ts";
import { CliFailure, report, type Output } from "./diagnostics.ts";
import { checkFields } from "./known-fields.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A bundle with its target chosen, as far as it is known without a request. */
export interface Selected {
  /** Absolute path of the bundle's folder. */
  readonly root: string;
  readonly target: string;
  /** `targets` is merged into the rest. */
  readonly config: Config;
  readonly rootPathInTarget: boolean;
}

/** Settings of a target that stand in the place of the top-level ones. */
const OVERRIDES = ["workspace", "run_as"];

/** Reads the bundle around `cwd` and chooses its target. @throws CliFailure */
export async function selectTarget(
  cwd: string,
  wanted: string | undefined,
  env: Environment,
  output: Output,
): Promise<Selected> {
  const root = env["DATABRICKS_BUNDLE_ROOT"] || (await findRoot(cwd));
  const config = await loadConfig(root);
  report(output, checkFields(config));
  const { targets, ...rest } = config.value;
  const all = isObject(targets) ? targets : { default: null };
  const target = chosen(
    all,
    wanted ?? (env["DATABRICKS_BUNDLE_TARGET"] || env["DATABRICKS_BUNDLE_ENV"] || undefined),
  );
  const settings = isObject(all[target]) ? all[target] : {};
  const { mode, variables } = settings;
  const overrides = Object.fromEntries(Object.entries(settings).filter(([key]) => OVERRIDES.includes(key)));
  const bundle = isObject(rest["bundle"]) ? rest["bundle"] : {};
  const merged = merge(rest, {
    ...overrides,
    ...(variables === undefined ? {} : { variables: longForm(variables) }),
    bundle: { environment: target, target, git: { bundle_root_path: "." }, ...(mode ? { mode } : {}) },
  });
  for (const [path, place] of [...config.places]) {
    const prefix = `targets.${target}.`;
    if (path.startsWith(prefix)) config.places.set(path.slice(prefix.length), place);
  }
  if (textOf(bundle["name"]) === "" && isObject(rest["bundle"])) {
    const location = config.places.get("bundle")?.value;
    const summary = 'required field "name" is not set';
    report(output, [{ severity: "Warning", summary, path: "bundle", location }]);
  }
  const workspace = isObject(settings["workspace"]) ? settings["workspace"] : {};
  const selected = { value: merged, places: config.places };
  return { root, target, config: selected, rootPathInTarget: workspace["root_path"] !== undefined };
}

async function findRoot(cwd: string): Promise<string> {
  for (let folder = cwd; ; folder = dirname(folder)) {
    const there = await access(join(folder, "databricks.yml")).then(
      () => true,
      () => false,
    );
    if (there) return folder;
    if (dirname(folder) === folder) break;
  }
  throw new CliFailure({
    severity: "Error",
    summary: "Unable to locate the bundle root: databricks.yml not found.",
    detail:
      "Run this command from a directory that contains a bundle, or set the DATABRICKS_BUNDLE_ROOT environment variable to the bundle root directory.",
  });
}

function chosen(targets: JsonObject, wanted: string | undefined): string {
  const names = Object.keys(targets).sort();
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw new CliFailure(`${wanted}: no such target. Available targets: ${names.join(", ")}`);
  }
  const [only, ...others] = names;
  if (only !== undefined && others.length === 0) return only;
  const defaults = names.filter((name) => isObject(targets[name]) && targets[name]["default"] === true);
  if (defaults.length > 1) {
    throw new CliFailure(`multiple targets are marked as default (${defaults.join(", ")})`);
  }
  if (defaults[0] === undefined) throw new CliFailure("please specify target");
  return defaults[0];
}

/** In a target, `name: value` is short for `name: { default: value }`. */
function longForm(variables: Json): JsonObject {
  if (!isObject(variables)) return {};
  return Object.fromEntries(
    Object.entries(variables).map(([name, value]) => [
      name,
      isObject(value) && ("default" in value || "description" in value) ? value : { default: value },
    ]),
  );
}
