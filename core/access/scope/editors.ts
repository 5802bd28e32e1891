import { workspaceObject } from "../../api/workspace-files.ts";
import { ACCESS_CONTROL, OBJECT, OBJECT_PERMISSIONS, PERMISSION, VOLUME } from "../../api/shapes.ts";
import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import type { Json } from "../../api/json.ts";
import { effectiveGrants } from "../kinds/securable.ts";
import { isReader, type Reader } from "./reading.ts";

/** Someone who may change what a job runs, and through what. */
export interface Editor {
  readonly who: string;
  readonly level: string;
  /** Such as "job", "code in /Workspace/…", "cluster 0101-…". */
  readonly through: string;
}

/** Levels that change nothing of what an object is; every other one counts as the right to change it. */
const NO_EDITING: ReadonlySet<string> = new Set([
  "CAN_VIEW",
  "CAN_VIEW_METADATA",
  "CAN_READ",
  "CAN_USE",
  "CAN_RUN",
  "CAN_MANAGE_RUN",
  "CAN_MONITOR",
  "CAN_MONITOR_ONLY",
]);
/** Who attaches to a cluster or a pool shares it, and is the business of the check of compute. */
const SHARING: ReadonlySet<string> = new Set(["CAN_ATTACH_TO", "CAN_RESTART"]);

const nameOf = (entry: Json): string =>
  ACCESS_CONTROL.text(entry, "user_name") ||
  ACCESS_CONTROL.text(entry, "group_name") ||
  ACCESS_CONTROL.text(entry, "service_principal_name");

async function holders(
  api: DatabricksApi,
  [type, id]: readonly [type: string, id: string],
  through: string,
  counts: (level: string) => boolean,
): Promise<readonly Editor[]> {
  const path = `/api/2.0/permissions/${type}/${encodeURIComponent(id)}`;
  const list = await api.call({ method: "GET", path });
  return OBJECT_PERMISSIONS.list(list, "access_control_list").flatMap((entry) => {
    const levels = ACCESS_CONTROL.list(entry, "all_permissions").map((permission) =>
      PERMISSION.text(permission, "permission_level"),
    );
    const level = levels.find(counts);
    return level === undefined ? [] : [{ who: nameOf(entry), level, through }];
  });
}

/**
 * Who may change an object. Source: `GET /api/2.0/permissions/{type}/{id}`.
 * @param running whether to run it is to change what it runs
 */
export function editorsOf(
  api: DatabricksApi,
  type: string,
  id: string,
  through: string,
  running = false,
): Promise<readonly Editor[]> {
  const shared = type === "clusters" || type === "instance-pools";
  return holders(
    api,
    [type, id],
    through,
    (level) =>
      (running && level === "CAN_MANAGE_RUN") || (!NO_EDITING.has(level) && !(shared && SHARING.has(level))),
  );
}

/** Who may run code of their own on a cluster, or manage it. */
export function attachersOf(api: DatabricksApi, cluster: string): Promise<readonly Editor[]> {
  return holders(api, ["clusters", cluster], `cluster ${cluster}`, (level) => !NO_EDITING.has(level));
}

const OBJECT_TYPES: Readonly<Record<string, string>> = {
  DIRECTORY: "directories",
  NOTEBOOK: "notebooks",
  FILE: "files",
  REPO: "repos",
};

/** Editors of a workspace path. What does not exist yet inherits from its folder, so the folder is asked. */
export async function editorsOfPath(
  api: DatabricksApi,
  path: string,
  shown = path,
): Promise<readonly Editor[]> {
  const object = await workspaceObject(api, path);
  if (object === undefined) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (folder === "") throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", `${shown} does not exist`);
    return editorsOfPath(api, folder, shown);
  }
  const type = OBJECT_TYPES[OBJECT.text(object, "object_type")] ?? "directories";
  return editorsOf(api, type, OBJECT.text(object, "object_id"), `code in ${shown}`);
}

const WRITING: ReadonlySet<string> = new Set(["WRITE_VOLUME", "MANAGE", "ALL_PRIVILEGES"]);

/**
 * Who may write to a volume; undefined where this reader's listing may be incomplete: only the volume's owner and
 * metastore admins see every grant. Source: Unity Catalog volumes and effective-permissions API.
 */
export async function writersOfVolume(
  reader: Reader,
  volume: string,
  metastoreOwner: string,
): Promise<readonly Editor[] | undefined> {
  const api = reader.workspace;
  const path = `/api/2.1/unity-catalog/volumes/${encodeURIComponent(volume)}`;
  const owner = VOLUME.text(await api.call({ method: "GET", path }), "owner");
  if (![owner, metastoreOwner].some((who) => who !== "" && isReader(reader, who))) return undefined;
  const through = `code in volume ${volume}`;
  const grants = await effectiveGrants(api, volume, "volume");
  return [
    { who: owner, level: "owner", through },
    ...grants
      .filter(({ privilege }) => WRITING.has(privilege))
      .map(({ principal, privilege }) => ({ who: principal, level: privilege, through })),
  ];
}
