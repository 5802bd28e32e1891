import { textOf, type JsonObject } from "../http/json.ts";
import type { Session } from "./session.ts";
import { DeploymentState } from "./state.ts";

/** `bundle summary -o json`. */
export async function summary(session: Session): Promise<JsonObject> {
  const { bundle, files, env, command, client, workspaceId } = session;
  const state = await DeploymentState.load(bundle, files, env, !command.forcePull);
  const place = (id: string): JsonObject => ({ id, url: `${client.host}/jobs/${id}?w=${workspaceId}` });
  const jobs: JsonObject = {};
  for (const [key, { settings }] of bundle.jobs) {
    const id = state.resources.get(`resources.jobs.${key}`)?.id;
    jobs[key] = { ...settings, ...(id === undefined ? { modified_status: "created" } : place(id)) };
  }
  for (const [name, { id }] of state.resources) {
    const key = name.replace(/^resources\.jobs\./, "");
    jobs[key] ??= { ...place(id), modified_status: "deleted" };
  }
  const resources = Object.keys(jobs).length === 0 ? {} : { jobs };
  return { ...bundle.config, resources };
}

export function summaryText(value: JsonObject, { bundle }: Session): string {
  const { jobs = {} } = value["resources"] as { jobs?: Record<string, JsonObject> };
  const lines = [
    `Name: ${bundle.name}`,
    `Target: ${bundle.target}`,
    "Workspace:",
    `  User: ${bundle.userName}`,
    `  Path: ${bundle.paths.root}`,
  ];
  if (Object.keys(jobs).length > 0) lines.push("Resources:", "  Jobs:");
  for (const [key, job] of Object.entries(jobs)) {
    lines.push(
      `    ${key}:`,
      `      Name: ${textOf(job["name"])}`,
      `      URL:  ${textOf(job["url"]) || "(not deployed)"}`,
    );
  }
  return `${lines.join("\n")}\n`;
}
