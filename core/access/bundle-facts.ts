import { createHash } from "node:crypto";
import { member, members, textAt, type Json } from "../api/json.ts";
import { cleanFolder } from "../base/paths.ts";
import { isUuid } from "../base/uuid.ts";

export type RunAs =
  /** Application ID in lower case: a UUID, whatever stood in the field. */
  | { readonly kind: "service_principal"; readonly applicationId: string }
  | { readonly kind: "user" | "group"; readonly name: string }
  /** Named as a service principal, and no application ID: grants to such a name may be grants to a group. */
  | { readonly kind: "name"; readonly name: string }
  /** No run_as: the job runs as whoever deploys it. */
  | { readonly kind: "deployer" };

/** What the workspace says of a job after the deployment. */
export type Deployed =
  /** Read by its id, and marked as a job of this bundle and target. */
  | { readonly state: "read"; readonly declared: RunAs }
  /** Not there, of another bundle, or not readable: nothing can be granted for it. */
  | { readonly state: "unread"; readonly why: string; readonly remedy: string };

export interface BundleJob {
  /** Key under resources.jobs. */
  readonly key: string;
  /** undefined until the job is deployed. */
  readonly id: string | undefined;
  readonly runAs: RunAs;
  /** The job's settings: as the bundle declares them, or, where `deployed` is "read", as the workspace has them. */
  readonly settings: Json;
  /** Absent until the workspace was asked: then all of the above is the author's word. */
  readonly deployed?: Deployed;
}

/** What access needs to know of the bundle: `databricks bundle summary -o json`, before and after the deployment. */
export interface BundleFacts {
  readonly workspaceId: string;
  readonly name: string;
  readonly target: string;
  /** Workspace folder of the bundle's state; ours lies beside it. */
  readonly statePath: string;
  /** Workspace folder of the bundle's files. */
  readonly filePath: string;
  /** The whole resolved configuration, for `${…}`. */
  readonly config: Json;
  readonly jobs: readonly BundleJob[];
  /** Ids of deployed jobs that are gone from the configuration: the next deployment deletes them. */
  readonly goneJobIds: readonly string[];
}

/** Whom a name in the place of a service principal's application ID stands for. */
export function principalNamed(name: string): RunAs {
  return isUuid(name)
    ? { kind: "service_principal", applicationId: name.toLowerCase() }
    : { kind: name.includes("@") ? "user" : "name", name };
}

/** The `run_as` of a job's settings. */
export function runAsOf(settings: Json | undefined): RunAs {
  const principal = textAt(settings, "run_as", "service_principal_name");
  if (principal !== "")
    return isUuid(principal) ? principalNamed(principal) : { kind: "name", name: principal };
  const user = textAt(settings, "run_as", "user_name");
  if (user !== "") return { kind: "user", name: user };
  const group = textAt(settings, "run_as", "group_name");
  return group === "" ? { kind: "deployer" } : { kind: "group", name: group };
}

/** What the CLI says about a job beside its settings, and what the bundle says of it that the Jobs API does not keep. */
const NOT_SETTINGS: ReadonlySet<string> = new Set([
  "id",
  "url",
  "modified_status",
  "permissions",
  "lifecycle",
]);

function jobSettings(job: Json): Json {
  return Object.fromEntries(members(job).filter(([name]) => !NOT_SETTINGS.has(name)));
}

/**
 * Takes what access needs out of the summary of a bundle. Jobs that are deployed but gone from the configuration have
 * the `modified_status` "deleted": nothing can be declared for them.
 */
export function bundleFacts(summary: Json, workspaceId: string): BundleFacts {
  const jobs = members(member(summary, "resources", "jobs"));
  const all = jobs.map(([key, settings]) => ({ key, settings }));
  const gone = all.filter(({ settings }) => textAt(settings, "modified_status") === "deleted");
  return {
    workspaceId,
    name: textAt(summary, "bundle", "name"),
    target: textAt(summary, "bundle", "target"),
    statePath: cleanFolder(textAt(summary, "workspace", "state_path")),
    filePath: cleanFolder(textAt(summary, "workspace", "file_path")),
    config: summary,
    jobs: all
      .filter((job) => !gone.includes(job))
      .map(({ key, settings }) => ({
        key,
        settings: jobSettings(settings),
        id: textAt(settings, "id") || undefined,
        runAs: runAsOf(settings),
      })),
    goneJobIds: gone.map(({ settings }) => textAt(settings, "id")),
  };
}

/**
 * The deterministic name of an entry: fits names of federated credentials, IAM statement ids, Vault roles. The parts
 * are hashed as a JSON list, so that no two lists of parts look alike.
 */
export function accessName(
  bundle: Pick<BundleFacts, "workspaceId" | "name" | "target">,
  job: string,
  purpose: string,
): string {
  const parts = JSON.stringify([bundle.workspaceId, bundle.name, bundle.target, job, purpose]);
  return `dbxt-${createHash("sha256").update(parts, "utf8").digest("hex").slice(0, 12)}`;
}
