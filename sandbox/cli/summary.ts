import type { JsonObject } from "../http/json.ts";
import { kindOf } from "./kinds.ts";
import type { Session } from "./session.ts";
import { DeploymentState } from "./state.ts";

/** `bundle summary -o json`. */
export async function summary(session: Session): Promise<JsonObject> {
  const { bundle, files, env, command, client, workspaceId } = session;
  const state = await DeploymentState.load(bundle, files, env, !command.forcePull);
  const place = (name: string, id: string): JsonObject => ({
    id,
    url: kindOf(name).url(client.host, id, workspaceId),
  });
  const resources: Record<string, JsonObject> = {};
  const add = (name: string, value: JsonObject): void => {
    const [, kind = "", key = ""] = name.split(".");
    (resources[kind] ??= {})[key] = value;
  };
  for (const [name, { settings }] of bundle.resources) {
    const id = state.resources.get(name)?.id;
    add(name, { ...settings, ...(id === undefined ? { modified_status: "created" } : place(name, id)) });
  }
  for (const [name, { id }] of state.resources) {
    if (!bundle.resources.has(name)) add(name, { ...place(name, id), modified_status: "deleted" });
  }
  return { ...bundle.config, resources };
}
