import { isObject, member, members, textAt, type Json, type JsonObject } from "../api/json.ts";
import { resourceLink, type LinkedWorkspace } from "./resource-link.ts";
import { summaryOf, type BundleSummary } from "./summary.ts";

/**
 * What `bundle summary` would say after a deployment: the configuration that it resolved before, and the ids that the
 * deployment has left. Saves a start of the CLI, which loads the Python code of a bundle each time.
 * @param ids by `<kind>.<key>`
 * @returns undefined where a link is not known
 */
export function deployedSummary(
  before: BundleSummary,
  ids: ReadonlyMap<string, string>,
  workspace: LinkedWorkspace,
): BundleSummary | undefined {
  const resources = new Map<string, Map<string, Json>>();
  const put = (kind: string, key: string, resource: Json): void => {
    const ofKind = resources.get(kind) ?? new Map<string, Json>();
    resources.set(kind, ofKind.set(key, resource));
  };
  for (const [kind, ofKind] of members(member(before.tree, "resources")))
    for (const [key, resource] of members(ofKind)) {
      if (textAt(resource, "modified_status") === "deleted") continue;
      const { id: former, url, ...rest } = isObject(resource) ? resource : {};
      const settings = Object.fromEntries(
        Object.entries(rest).filter(([name]) => name !== "modified_status"),
      );
      const id = ids.get(`${kind}.${key}`);
      const link = id === undefined ? "" : linkOf({ kind, id, former, url: textAt(url) }, workspace);
      if (link === undefined) return undefined;
      const there =
        id === undefined ? { modified_status: "created" } : { id, ...(link !== "" && { url: link }) };
      put(kind, key, { ...settings, ...there });
    }
  for (const [name, id] of ids) {
    const [kind = "", key = ""] = name.split(".");
    if (resources.get(kind)?.has(key) !== true) put(kind, key, { id, modified_status: "deleted" });
  }
  const tree: JsonObject = {
    ...(isObject(before.tree) ? before.tree : {}),
    resources: Object.fromEntries([...resources].map(([kind, all]) => [kind, Object.fromEntries(all)])),
  };
  return summaryOf(tree);
}

/** The link that the CLI gave before stays that of the same resource; that of some kinds goes by their name. */
function linkOf(
  { kind, id, former, url }: { kind: string; id: string; former: Json | undefined; url: string },
  workspace: LinkedWorkspace,
): string | undefined {
  if (url !== "" && id === former) return url;
  const link = resourceLink(kind, id, workspace);
  return link ?? (url !== "" || id === former ? url : undefined);
}
