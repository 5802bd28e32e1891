import { visible, type DatabricksApi } from "../../api/client.ts";
import { member, members, textAt, type Json } from "../../api/json.ts";
import { inParallel } from "../../api/paging.ts";
import { BEAT, type LeftLease } from "../lease/lease-text.ts";

/** What is there under the name that the bundle gives it, and not so in the state. */
export interface NamedObject {
  readonly kind: "schemas" | "volumes" | "dashboards";
  readonly key: string;
  /** By which it is bound: the full name of a schema or volume. */
  readonly id: string;
  readonly name: string;
  /** Undefined where the workspace does not say it. */
  readonly creator: string | undefined;
  /** Whether it was created or changed while the run that died held its lease, as far as the workspace says. */
  readonly inTime: boolean;
  /** Whether the state knows it, as it was before. */
  readonly known?: true;
}

/**
 * Schemas and volumes of the bundle that are there though its state does not know them. They do not say where they were
 * deployed from, but their names are unique. Requests: one for each that is not deployed.
 * @throws ApiFailure
 */
export async function catalogObjects(
  api: DatabricksApi,
  tree: Json,
  left: LeftLease,
): Promise<readonly NamedObject[]> {
  const wanted = (["schemas", "volumes"] as const).flatMap((kind) =>
    members(member(tree, "resources", kind))
      .filter(([, resource]) => textAt(resource, "id") === "")
      .map(([key, resource]) => ({ kind, key, name: fullName(kind, resource, tree) })),
  );
  const found = await inParallel(wanted, async ({ kind, key, name }): Promise<NamedObject[]> => {
    if (name === undefined) return [];
    const object = await read(api, kind, name);
    if (object === undefined) return [];
    const creator = textAt(object, "created_by");
    return [
      { kind, key, id: name, name, creator, inTime: isInTime(Number(textAt(object, "created_at")), left) },
    ];
  });
  return found.flat();
}

/** Nobody may adopt what he may not see. */
function read(api: DatabricksApi, kind: string, name: string): Promise<Json | undefined> {
  const path = `/api/2.1/unity-catalog/${kind}/${encodeURIComponent(name)}`;
  return visible(api.call({ method: "GET", path }));
}

/** Undefined where a part is not known yet. Unity Catalog keeps names in lower case. */
function fullName(kind: "schemas" | "volumes", resource: Json, tree: Json): string | undefined {
  const names = kind === "schemas" ? ["catalog_name", "name"] : ["catalog_name", "schema_name", "name"];
  const parts = names.map((name) => {
    const text = textAt(resource, name);
    const [, key, field] = /^\$\{resources\.schemas\.([\w-]+)\.(name|catalog_name)\}$/.exec(text) ?? [];
    return key === undefined || field === undefined ? text : textAt(tree, "resources", "schemas", key, field);
  });
  return parts.every((part) => /^[^\s./$]+$/.test(part)) ? parts.join(".").toLowerCase() : undefined;
}

/**
 * Whether something that the workspace has done at `time` can be the work of the run that died.
 * @param time milliseconds since the epoch
 */
export function isInTime(time: number, { lease, written }: LeftLease): boolean {
  const since = Date.parse(lease.unmended || lease.since);
  // The beginning is the servers' time to a few seconds; what was under way at the death may have taken effect later.
  return written !== undefined && time >= since - 5_000 && time <= written + 2 * BEAT;
}
