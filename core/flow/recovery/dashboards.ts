import { visible, type DatabricksApi } from "../../api/client.ts";
import { member, members, textAt, type Json } from "../../api/json.ts";
import { inParallel } from "../../api/paging.ts";
import { DASHBOARD, OBJECT } from "../../api/shapes.ts";
import { workspaceObject } from "../../api/workspace-files.ts";
import type { BundleSummary } from "../../cli/summary.ts";
import type { LeftLease } from "../lease/lease-text.ts";
import { isInTime, type NamedObject } from "./catalog-objects.ts";

/**
 * Dashboards of the bundle that a dead run created or changed without recording it. The CLI can neither create what is at
 * the same path already (409), nor does it change one whose etag is not that of its state: both would fail for ever.
 * The workspace does not say who made or changed one; so it must lie in the folder of the bundle, which others do not
 * write to, and must have been changed last while the dead run held its lease. Requests: up to two for each dashboard.
 * @throws ApiFailure
 */
export async function dashboards(
  api: DatabricksApi,
  { tree, workspace }: Pick<BundleSummary, "tree" | "workspace">,
  left: LeftLease,
): Promise<readonly NamedObject[]> {
  const all = members(member(tree, "resources", "dashboards")).filter(
    ([, resource]) => textAt(resource, "modified_status") !== "deleted",
  );
  const found = await inParallel(all, async ([key, resource]): Promise<NamedObject[]> => {
    const known = textAt(resource, "id");
    const id = known || (await atItsPath(api, resource, workspace.rootPath));
    const dashboard = id === "" ? undefined : await read(api, id);
    if (dashboard === undefined || DASHBOARD.text(dashboard, "lifecycle_state") === "TRASHED") return [];
    const inTime = isInTime(Date.parse(DASHBOARD.text(dashboard, "update_time")), left);
    const one = { kind: "dashboards", key, id, creator: undefined, inTime } as const;
    const name = DASHBOARD.text(dashboard, "display_name");
    if (known === "") return [{ ...one, name }];
    const etag = textAt(resource, "etag");
    const isChanged = etag !== "" && etag !== DASHBOARD.text(dashboard, "etag");
    // What somebody else has changed the CLI tells itself.
    return isChanged && inTime ? [{ ...one, name, known: true }] : [];
  });
  return found.flat();
}

/** The ID of the dashboard at the path where the bundle puts this one; "" if there is none, or not in its own folder. */
async function atItsPath(api: DatabricksApi, resource: Json, root: string): Promise<string> {
  const [parent, name] = [textAt(resource, "parent_path"), textAt(resource, "display_name")];
  const isOwn = root !== "" && (parent === root || parent.startsWith(`${root}/`));
  if (!isOwn || name === "" || /[/]|\$\{/.test(name) || parent.split("/").includes("..")) return "";
  const object = await workspaceObject(api, `${parent}/${name}.lvdash.json`);
  return object === undefined ? "" : OBJECT.text(object, "resource_id");
}

/** Nobody may adopt what he may not see. */
function read(api: DatabricksApi, id: string): Promise<Json | undefined> {
  return visible(api.call({ method: "GET", path: `/api/2.0/lakeview/dashboards/${encodeURIComponent(id)}` }));
}
