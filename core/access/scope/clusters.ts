import { JOB_SETTINGS, LIBRARY_STATUS, LIBRARY_STATUSES, TASK, type GetCluster } from "../../api/shapes.ts";
import { member, type Json } from "../../api/json.ts";
import { inParallel } from "../../api/paging.ts";
import { attachersOf, type Editor } from "./editors.ts";
import { readBy, unknown, type Eyes, type Reading, type When } from "./reading.ts";

/** A cluster that a job does not have for itself. */
export interface ClusterFacts {
  readonly id: string;
  /** The answer of clusters/get. */
  readonly details: Json;
  /** Libraries installed on it, as a job's settings would name them. */
  readonly installed: readonly Json[];
  readonly attachers: readonly Editor[];
}

/** Tasks with those that stand in a for_each_task. */
export function tasksOf(settings: Json): readonly Json[] {
  const inside = (task: Json): readonly Json[] => {
    const nested = member(task, "for_each_task", "task");
    return nested === undefined ? [task] : [task, ...inside(nested)];
  };
  return JOB_SETTINGS.list(settings, "tasks").flatMap(inside);
}

/** Ids of the clusters that a job's tasks run on and that others may run on, too. */
export function sharedClusters(settings: Json): readonly string[] {
  const ids = tasksOf(settings).map((task) => TASK.text(task, "existing_cluster_id"));
  return [...new Set(ids.filter((id) => id !== ""))];
}

/** Reads clusters, each once: three requests a cluster. Source: Clusters, Libraries and Permissions API. */
export async function readClusters<W extends When>(
  eyes: Eyes<W>,
  ids: readonly string[],
): Promise<ReadonlyMap<string, Reading<ClusterFacts, W>>> {
  const distinct = [...new Set(ids)];
  const read = (id: string): Promise<Reading<ClusterFacts, W>> =>
    readBy(eyes, `CAN_MANAGE on cluster ${id}`, async ({ workspace }) => {
      const query = { cluster_id: id } satisfies GetCluster;
      const [details, statuses, attachers] = await Promise.all([
        workspace.call({ method: "GET", path: "/api/2.1/clusters/get", query }),
        workspace.call({ method: "GET", path: "/api/2.0/libraries/cluster-status", query }),
        attachersOf(workspace, id),
      ]);
      const installed = LIBRARY_STATUSES.list(statuses, "library_statuses").map(
        (status) => LIBRARY_STATUS.member(status, "library") ?? null,
      );
      return { id, details, installed, attachers };
    });
  const readings = await inParallel(distinct, read);
  return new Map(distinct.map((id, index) => [id, readings[index] ?? unknown(`cluster ${id}`)]));
}
