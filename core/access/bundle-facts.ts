import { createHash } from "node:crypto";
import { member, members, textAt, type Json } from "../api/json.ts";

export type RunAs =
  | { readonly kind: "service_principal"; readonly applicationId: string }
  | { readonly kind: "user" | "group"; readonly name: string }
  /** No run_as: the job runs as whoever deploys it. */
  | { readonly kind: "deployer" };

export interface BundleJob {
  /** Key under resources.jobs. */
  readonly key: string;
  /** undefined until the job is deployed. */
  readonly id: string | undefined;
  readonly runAs: RunAs;
  /** The job's settings as the bundle declares them. */
  readonly settings: Json;
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

/** Who a job runs as, by its settings. */
export function runAsOf(settings: Json): RunAs {
  const applicationId = textAt(settings, "run_as", "service_principal_name");
  if (applicationId !== "") return { kind: "service_principal", applicationId: applicationId.toLowerCase() };
  const user = textAt(settings, "run_as", "user_name");
  if (user !== "") return { kind: "user", name: user };
  const group = textAt(settings, "run_as", "group_name");
  return group === "" ? { kind: "deployer" } : { kind: "group", name: group };
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
    statePath: textAt(summary, "workspace", "state_path"),
    filePath: textAt(summary, "workspace", "file_path"),
    config: summary,
    jobs: all
      .filter((job) => !gone.includes(job))
      .map(({ key, settings }) => ({
        key,
        settings,
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
