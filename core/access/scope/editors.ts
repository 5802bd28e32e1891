import { workspaceObject } from "../../api/workspace-files.ts";
import { ACCESS_CONTROL, JOB_SETTINGS, OBJECT, OBJECT_PERMISSIONS, PERMISSION } from "../../api/shapes.ts";
import type { BundleFacts, BundleJob } from "../bundle-facts.ts";
import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import type { Json } from "../../api/json.ts";
import { known, readBy, type Eyes, type Reading } from "./reading.ts";

/** Someone who may change what a job runs, and through what. */
export interface Editor {
  readonly who: string;
  readonly level: string;
  /** Such as "job", "code in /Workspace/…", "cluster 0101-…". */
  readonly through: string;
}

export interface EditorFacts {
  readonly editors: readonly Editor[];
  /** Where code comes from that no permission listing covers: git, volumes. */
  readonly notes: readonly string[];
}

const EDITING: ReadonlySet<string> = new Set([
  "IS_OWNER",
  "CAN_MANAGE",
  "CAN_EDIT",
  "CAN_ATTACH_TO",
  "CAN_RESTART",
]);

const nameOf = (entry: Json): string =>
  ACCESS_CONTROL.text(entry, "user_name") ||
  ACCESS_CONTROL.text(entry, "group_name") ||
  ACCESS_CONTROL.text(entry, "service_principal_name");

/** Source: `GET /api/2.0/permissions/{type}/{id}`. */
async function editorsOf(
  api: DatabricksApi,
  type: string,
  id: string,
  through: string,
): Promise<readonly Editor[]> {
  const path = `/api/2.0/permissions/${type}/${encodeURIComponent(id)}`;
  const list = await api.call({ method: "GET", path });
  return OBJECT_PERMISSIONS.list(list, "access_control_list").flatMap((entry) => {
    const levels = ACCESS_CONTROL.list(entry, "all_permissions").map((permission) =>
      PERMISSION.text(permission, "permission_level"),
    );
    const level = levels.find((one) => EDITING.has(one));
    return level === undefined ? [] : [{ who: nameOf(entry), level, through }];
  });
}

const OBJECT_TYPES: Readonly<Record<string, string>> = {
  DIRECTORY: "directories",
  NOTEBOOK: "notebooks",
  FILE: "files",
  REPO: "repos",
};

/** Editors of a workspace path. What does not exist yet inherits from its folder, so the folder is asked. */
async function editorsOfPath(api: DatabricksApi, path: string, shown = path): Promise<readonly Editor[]> {
  const object = await workspaceObject(api, path);
  if (object === undefined) {
    const folder = path.slice(0, path.lastIndexOf("/"));
    if (folder === "") throw new ApiFailure(404, "RESOURCE_DOES_NOT_EXIST", `${shown} does not exist`);
    return editorsOfPath(api, folder, shown);
  }
  const type = OBJECT_TYPES[OBJECT.text(object, "object_type")] ?? "directories";
  return editorsOf(api, type, OBJECT.text(object, "object_id"), `code in ${shown}`);
}

/** Every text in the job's settings under one of `names`, wherever it stands. */
function collect(value: Json | undefined, names: ReadonlySet<string>, into: Set<string>): void {
  if (typeof value !== "object" || value === null) return;
  for (const [key, child] of Object.entries(value)) {
    if (names.has(key) && typeof child === "string") into.add(child);
    else collect(child, names, into);
  }
}

const CODE_PATHS: ReadonlySet<string> = new Set([
  "notebook_path",
  "python_file",
  "path",
  "dbt_project_directory",
  "project_directory",
]);
const LIBRARIES: ReadonlySet<string> = new Set(["whl", "jar", "egg", "requirements"]);
const CLUSTERS: ReadonlySet<string> = new Set(["existing_cluster_id"]);

/** What a job runs and where it comes from, from its declared settings alone. */
export function codeOf(
  job: BundleJob,
  filePath: string,
): { paths: readonly string[]; clusters: readonly string[]; notes: readonly string[] } {
  const code = new Set<string>();
  const clusters = new Set<string>();
  const tasks = JOB_SETTINGS.member(job.settings, "tasks");
  collect(tasks, CODE_PATHS, code);
  collect(tasks, LIBRARIES, code);
  collect(JOB_SETTINGS.member(job.settings, "environments"), new Set(["dependencies"]), code);
  collect(tasks, CLUSTERS, clusters);
  const notes: string[] = [];
  const paths = new Set<string>([filePath]);
  const git = (part: "git_url" | "git_commit" | "git_branch" | "git_tag"): string =>
    JOB_SETTINGS.text(job.settings, "git_source", part);
  const url = git("git_url");
  if (url !== "") {
    const commit = git("git_commit");
    const ref = git("git_branch") || git("git_tag");
    const who =
      commit === ""
        ? `whoever may push to ${ref || "its branch"} changes what the job runs`
        : `fixed to commit ${commit}`;
    notes.push(`code comes from ${url}: ${who}`);
  }
  for (const path of code) {
    if (path.startsWith(`${filePath}/`) || filePath === "") continue;
    if (path.startsWith("/Volumes/") || path.includes(":/")) {
      notes.push(`${path}: whoever may write there changes what the job runs`);
    } else if (path.startsWith("/")) paths.add(path);
  }
  return { paths: [...paths].filter((path) => path !== ""), clusters: [...clusters], notes };
}

/** Reads who may change what the jobs run. Paths and clusters that jobs share are asked for once. */
export function editorReader(
  eyes: Eyes,
  bundle: BundleFacts,
): (job: BundleJob) => Promise<Reading<EditorFacts>> {
  const shared = new Map<string, Promise<Reading<readonly Editor[]>>>();
  const once = (key: string, right: string, read: (api: DatabricksApi) => Promise<readonly Editor[]>) => {
    const running = shared.get(key) ?? readBy(eyes, right, ({ workspace }) => read(workspace));
    shared.set(key, running);
    return running;
  };
  return async (job) => {
    const { paths, clusters, notes } = codeOf(job, bundle.filePath);
    const { id } = job;
    const parts = await Promise.all([
      ...(id === undefined
        ? [Promise.resolve({ state: "later", why: "the job does not exist yet" } as const)]
        : [once(`job ${id}`, `CAN_VIEW on job ${id}`, (api) => editorsOf(api, "jobs", id, "job"))]),
      ...paths.map((path) => once(path, `CAN_READ on ${path}`, (api) => editorsOfPath(api, path))),
      ...clusters.map((cluster) =>
        once(`cluster ${cluster}`, `CAN_MANAGE on cluster ${cluster}`, (api) =>
          editorsOf(api, "clusters", cluster, `cluster ${cluster}`),
        ),
      ),
    ]);
    const unread = parts.filter((part) => part.state !== "known");
    const worstRead = unread.find((part) => part.state === "unknown") ?? unread[0];
    if (worstRead !== undefined) return worstRead;
    return known({ editors: parts.flatMap((part) => (part.state === "known" ? part.value : [])), notes });
  };
}
