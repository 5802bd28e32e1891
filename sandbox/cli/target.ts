import { isObject, textOf, type JsonObject } from "../http/json.ts";
import { loadConfig, merge, objectOf } from "./config-file.ts";
import { CliFailure } from "./diagnostics.ts";
import { checkFields } from "./known-fields.ts";

export type Environment = Readonly<Record<string, string | undefined>>;

/** A bundle with its target chosen, as far as it is known without a request. */
export interface Selected {
  /** Absolute path of the bundle's folder. */
  readonly root: string;
  readonly target: string;
  /** `targets` is merged into the rest. */
  readonly config: JsonObject;
  /** File of each resource, relative to the root, by name such as `resources.jobs.nightly`. */
  readonly files: ReadonlyMap<string, string>;
}

/** Reads the bundle in `root` and chooses its target. @throws CliFailure */
export async function selectTarget(root: string, wanted: string | undefined): Promise<Selected> {
  const { value, files } = await loadConfig(root);
  checkFields(value);
  const { targets, ...rest } = value;
  const all = isObject(targets) ? targets : { default: null };
  const target = chosen(all, wanted);
  const { mode, workspace, run_as } = objectOf(all[target]);
  const config = merge(rest, {
    ...(workspace === undefined ? {} : { workspace }),
    ...(run_as === undefined ? {} : { run_as }),
    bundle: {
      environment: target,
      target,
      git: { bundle_root_path: "." },
      ...(textOf(mode) === "" ? {} : { mode }),
    },
  });
  return { root, target, config, files };
}

function chosen(targets: JsonObject, wanted: string | undefined): string {
  const names = Object.keys(targets).sort();
  if (wanted !== undefined) {
    if (names.includes(wanted)) return wanted;
    throw new CliFailure(`${wanted}: no such target. Available targets: ${names.join(", ")}`);
  }
  const marked = names.filter((name) => objectOf(targets[name])["default"] === true);
  const [only, ...others] = names.length === 1 ? names : marked;
  if (only !== undefined && others.length === 0) return only;
  throw new CliFailure("please specify target");
}
