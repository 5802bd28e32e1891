import { isObject, type Json, member, members, textAt } from "../api/json.ts";
import { parseJson, unreadable } from "./json-output.ts";

export interface DeployedResource {
  /** Key under `resources.<kind>`. */
  readonly key: string;
  /** Decimal for jobs, a UUID for pipelines, a name for most others. */
  readonly id: string;
  readonly name: string;
  readonly url: string;
}

export interface ResourceOfKind extends DeployedResource {
  /** As in the bundle: `jobs`, `model_serving_endpoints`. */
  readonly kind: string;
  /** Whether it is still in the bundle. */
  readonly declared: boolean;
  /** Whether the code of a deployed app begins with a `run` of it alone: only `lifecycle.started` makes a deployment start it. */
  readonly needsRun: boolean;
}

export interface BundleSummary {
  /** Everything that was printed: the resolved configuration. */
  readonly tree: Json;
  readonly name: string;
  readonly target: string;
  /** Of the selected target, as the CLI resolved it. */
  readonly workspace: {
    readonly host: string | undefined;
    readonly rootPath: string;
    readonly statePath: string;
  };
  /** Deployed and still in the bundle. */
  readonly jobs: readonly DeployedResource[];
  readonly pipelines: readonly DeployedResource[];
  /** Everything that is deployed, of every kind, also what is no longer in the bundle. */
  readonly resources: readonly ResourceOfKind[];
}

const SOURCE = "databricks bundle summary -o json";

/**
 * Reads what `bundle summary -o json` printed. Only what is deployed is listed.
 * @throws SecretlessError `CLI_OUTPUT_UNREADABLE`
 */
export function readSummary(text: string): BundleSummary {
  const json = parseJson(text, SOURCE);
  if (!isObject(json) || !isObject(member(json, "bundle"))) {
    throw unreadable(SOURCE, "JSON without a bundle", "a JSON object with the member `bundle`");
  }
  return summaryOf(json);
}

/** The same of a tree that was read before. */
export function summaryOf(json: Json): BundleSummary {
  const all = members(member(json, "resources")).flatMap(([kind, ofKind]) =>
    members(ofKind).flatMap(([key, resource]) => {
      const id = textAt(resource, "id");
      if (id === "") return [];
      const name = textAt(resource, "name") || textAt(resource, "display_name") || key;
      const declared = member(resource, "modified_status") !== "deleted";
      const needsRun = kind === "apps" && member(resource, "lifecycle", "started") !== true;
      return [{ kind, key, id, name, url: textAt(resource, "url"), declared, needsRun }];
    }),
  );
  const deployed = (wanted: string): DeployedResource[] =>
    all.flatMap(({ kind, declared, key, id, name, url }) =>
      kind === wanted && declared ? [{ key, id, name, url }] : [],
    );
  return {
    tree: json,
    name: textAt(json, "bundle", "name"),
    target: textAt(json, "bundle", "target"),
    workspace: {
      host: textAt(json, "workspace", "host") || undefined,
      rootPath: textAt(json, "workspace", "root_path"),
      statePath: textAt(json, "workspace", "state_path"),
    },
    jobs: deployed("jobs"),
    pipelines: deployed("pipelines"),
    resources: all,
  };
}
