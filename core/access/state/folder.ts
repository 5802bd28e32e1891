import { visible, type DatabricksApi } from "../../api/client.ts";
import { listAt, member, textAt } from "../../api/json.ts";
import { ACCESS_CONTROL, OBJECT, OBJECT_PERMISSIONS, PERMISSION } from "../../api/shapes.ts";
import { workspaceObject } from "../../api/workspace-files.ts";
import { SecretlessError } from "../../base/errors.ts";

/** The folder of the records: in the home of the identity that registers, where nobody else can write. */
export const stateFolder = (registrarId: string): string =>
  `/Workspace/Users/${registrarId}/.databricks-secretless/access`;

export const lockPath = (registrarId: string): string => `${stateFolder(registrarId)}/access.lock`;

export interface ListedFile {
  readonly name: string;
  /** Whether it is a file at all. */
  readonly isFile: boolean;
  /** When it was last written, ISO 8601; undefined if the workspace does not say. */
  readonly writtenAt: string | undefined;
}

/** The files in the folder; undefined if it is not there, or hidden from this identity. */
export async function listFolder(
  api: DatabricksApi,
  folder: string,
): Promise<readonly ListedFile[] | undefined> {
  const query = { path: folder };
  const answer = await visible(api.call({ method: "GET", path: "/api/2.0/workspace/list", query }));
  if (answer === undefined) return undefined;
  return listAt(answer, "objects").map((one) => {
    // Milliseconds since the epoch.
    const modified = Number(OBJECT.text(one, "modified_at"));
    const writtenAt = modified > 0 ? new Date(modified).toISOString() : undefined;
    const isFile = OBJECT.text(one, "object_type") === "FILE";
    return { name: OBJECT.text(one, "path").replace(/^.*\//, ""), isFile, writtenAt };
  });
}

/** Levels that do not let anybody change what is in a folder. Source: workspace object permissions, folder ACLs. */
const READING = new Set(["CAN_READ", "CAN_RUN"]);

/**
 * Proves that only the registrar can write records: read from the permissions of the folder, inherited ones included.
 * Workspace admins can write everywhere; they remain.
 * @returns who may read, by application ID; undefined if there is no folder
 * @throws SecretlessError `ACCESS_STATE_WRITABLE`
 */
export async function proveFolder(
  api: DatabricksApi,
  registrarId: string,
): Promise<{ readonly id: string; readonly readers: ReadonlySet<string> } | undefined> {
  const folder = stateFolder(registrarId);
  const found = await workspaceObject(api, folder);
  if (found === undefined) return undefined;
  const id = OBJECT.text(found, "object_id");
  const permissions = await api.call({
    method: "GET",
    path: `/api/2.0/permissions/directories/${encodeURIComponent(id)}`,
  });
  const readers = new Set<string>();
  const writers: string[] = [];
  for (const entry of OBJECT_PERMISSIONS.list(permissions, "access_control_list")) {
    const group = ACCESS_CONTROL.text(entry, "group_name");
    const principal = ACCESS_CONTROL.text(entry, "service_principal_name");
    const who = principal || group || ACCESS_CONTROL.text(entry, "user_name");
    const levels = ACCESS_CONTROL.list(entry, "all_permissions");
    const writes = levels.filter((level) => !READING.has(PERMISSION.text(level, "permission_level")));
    if (principal !== "") readers.add(principal.toLowerCase());
    if (writes.length === 0 || principal.toLowerCase() === registrarId) continue;
    // What admins inherit from the root of the workspace cannot be taken from them; what was given besides can.
    if (group === "admins" && writes.every((level) => member(level, "inherited") === true)) continue;
    writers.push(`${who} (${writes.map((level) => textAt(level, "permission_level")).join(", ")})`);
  }
  if (textAt(found, "object_type") !== "DIRECTORY") writers.push("what is there is no folder");
  if (writers.length > 0) throw writable(folder, writers);
  return { id, readers };
}

function writable(folder: string, writers: readonly string[]): SecretlessError {
  return new SecretlessError("ACCESS_STATE_WRITABLE", {
    problem: `Others than the registrar can write the access state in ${folder}. Nothing was changed.`,
    expected:
      "no permission beside CAN_READ for anybody but the registrar (and the workspace admins, who inherit theirs)",
    actual: writers.join("; "),
    remedy:
      "Take these permissions away, on this folder and on those above it. Look at what the records say before the next run: " +
      "whoever could write them could have changed them.",
  });
}

/** Lets these identities read the records, so that their plans show what will be withdrawn. */
export async function letRead(
  api: DatabricksApi,
  folder: { readonly id: string; readonly readers: ReadonlySet<string> },
  principals: readonly string[],
): Promise<void> {
  const missing = principals.filter((one) => !folder.readers.has(one.toLowerCase()));
  if (missing.length === 0) return;
  await api.call({
    method: "PATCH",
    path: `/api/2.0/permissions/directories/${encodeURIComponent(folder.id)}`,
    body: {
      access_control_list: missing.map((principal) => ({
        service_principal_name: principal,
        permission_level: "CAN_READ",
      })),
    },
    repeatable: true,
  });
}
