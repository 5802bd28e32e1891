import { CLUSTER, JOB_CLUSTER, JOB_SETTINGS, TASK } from "../../api/shapes.ts";
import type { Json } from "../../api/json.ts";
import { tasksOf, type ClusterFacts } from "./clusters.ts";
import { judge, proven, unproven, type Point, type Verdict } from "./proof.ts";
import type { Reading, When } from "./reading.ts";
import type { Runner } from "./runners.ts";

/** Modes in which "users are fully isolated so that they cannot see each other's data and credentials". */
const ISOLATING: ReadonlySet<string> = new Set(["DATA_SECURITY_MODE_STANDARD", "USER_ISOLATION"]);
const DEDICATED: ReadonlySet<string> = new Set(["DATA_SECURITY_MODE_DEDICATED", "SINGLE_USER"]);

export interface ComputeFacts<W extends When = When> {
  readonly settings: Json;
  readonly principal: string;
  readonly clusters: readonly Reading<ClusterFacts, W>[];
  readonly runners: Reading<readonly Runner[], W>;
  /** Keys of the jobs that the claim is about. */
  readonly allowed: ReadonlySet<string>;
}

function ofCluster<W extends When>(
  { id, details, attachers }: ClusterFacts,
  { runners, allowed, principal }: ComputeFacts<W>,
): Verdict<W> {
  const mode = CLUSTER.text(details, "data_security_mode");
  const what = `cluster ${id} (${mode || "no access mode"})`;
  if (ISOLATING.has(mode)) return proven(`${what} isolates its users from each other`);
  const own = "Give the task a job cluster or serverless compute, or a cluster in standard access mode.";
  if (mode === "DATA_SECURITY_MODE_AUTO")
    return unproven(`the access mode of ${what} is chosen when it starts`, own);
  const user = CLUSTER.text(details, "single_user_name");
  const dedicated = DEDICATED.has(mode);
  return judge<readonly Runner[], W>(runners, (all) => {
    const jobs = all.filter((one) => one.clusters?.includes(id) && !allowed.has(one.key ?? ""));
    const sharers = new Set(jobs.map(({ type, name, id: of }) => `${type} "${name}" (${of})`));
    if (dedicated && user !== "" && user.toLowerCase() !== principal) sharers.add(user);
    if (!dedicated) for (const { who } of attachers) sharers.add(who);
    if (dedicated && sharers.size === 0) return proven(`${what} is the job's principal's alone`);
    return {
      ...proven(`code of others on ${what} can reach the job's session`),
      sharers: sharers.size === 0 ? [`whoever runs code on cluster ${id}`] : [...sharers],
    };
  });
}

export function computePoints<W extends When>(facts: ComputeFacts<W>): readonly Point<W>[] {
  const { settings, clusters } = facts;
  const shared = clusters.map((reading): Point<W> => ({
    point: "compute",
    ...judge<ClusterFacts, W>(reading, (cluster) => ofCluster(cluster, facts)),
  }));
  const keys = new Set(
    JOB_SETTINGS.list(settings, "job_clusters").map((one) => JOB_CLUSTER.text(one, "job_cluster_key")),
  );
  const missing = tasksOf(settings)
    .map((task) => TASK.text(task, "job_cluster_key"))
    .filter((key) => key !== "" && !keys.has(key));
  const own: Point<W> = {
    point: "compute",
    ...(missing.length === 0
      ? proven("job clusters and serverless compute are each run's own")
      : unproven(
          `job cluster ${missing.join(", ")} is not in the job's settings`,
          "Declare it under job_clusters.",
        )),
  };
  return shared.length > 0 && missing.length === 0 ? shared : [own, ...shared];
}
