import type { Call, Route } from "../http/call.ts";
import type { JsonObject } from "../http/json.ts";
import { invalidParameter, ok } from "../http/reply.ts";

export interface NewCluster {
  readonly mode: string;
  readonly singleUser?: string;
  /** Libraries as a job's settings name them. */
  readonly libraries?: readonly JsonObject[];
}

/** In these a user's code does not reach the sessions of others. */
const ISOLATING = ["DATA_SECURITY_MODE_STANDARD", "USER_ISOLATION"];
const DEDICATED = ["DATA_SECURITY_MODE_DEDICATED", "SINGLE_USER"];

/** All-purpose clusters with their access modes, and what is installed on them. */
export class Clusters {
  readonly all = new Map<string, NewCluster>();

  /** Whether code that runs as `stranger` on the cluster gets what the session of `principal` there may have. */
  reaches(id: string, stranger: string, principal: string): boolean {
    const { mode, singleUser } = this.#find(id);
    if (ISOLATING.includes(mode)) return stranger === principal;
    return DEDICATED.includes(mode) ? stranger === singleUser : true;
  }

  routes(): Route[] {
    const id = (call: Call): string => call.query.get("cluster_id") ?? "";
    return [
      {
        method: "GET",
        pattern: "/api/2.1/clusters/get",
        access: "read",
        handle: (call) => {
          const { mode, singleUser } = this.#find(id(call));
          const user = singleUser === undefined ? {} : { single_user_name: singleUser };
          return ok({ cluster_id: id(call), state: "RUNNING", data_security_mode: mode, ...user });
        },
      },
      {
        method: "GET",
        pattern: "/api/2.0/libraries/cluster-status",
        access: "read",
        handle: (call) => {
          const { libraries = [] } = this.#find(id(call));
          const statuses = libraries.map((library) => ({ library, status: "INSTALLED" }));
          return ok({ cluster_id: id(call), library_statuses: statuses });
        },
      },
    ];
  }

  #find(id: string): NewCluster {
    const found = this.all.get(id);
    if (found === undefined) throw invalidParameter(`Cluster ${id} does not exist`);
    return found;
  }
}
