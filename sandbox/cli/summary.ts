import type { JsonObject } from "../http/json.ts";
import { kindOf } from "./kinds.ts";
import type { Session } from "./session.ts";
import { DeploymentState } from "./state.ts";

/** `bundle summary -o json`. */
export async function summary({ bundle, files, client, workspaceId }: Session): Promise<JsonObject> {
  const state = await DeploymentState.load(bundle, files);
  const resources: Record<string, JsonObject> = {};
  for (const name of new Set([...bundle.resources.keys(), ...state.resources.keys()])) {
    const [, kind = "", key = ""] = name.split(".");
    const wanted = bundle.resources.get(name);
    const id = state.resources.get(name)?.id;
    const url = `${client.host}/${kindOf(name).page(id ?? "")}?w=${workspaceId}`;
    (resources[kind] ??= {})[key] = {
      ...wanted?.settings,
      ...(id === undefined ? { modified_status: "created" } : { id, url }),
      ...(wanted === undefined ? { modified_status: "deleted" } : {}),
    };
  }
  return { ...bundle.config, resources };
}
