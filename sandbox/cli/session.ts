import { textOf, type JsonObject } from "../http/json.ts";
import { resolveBundle, type Bundle, type Environment } from "./bundle.ts";
import type { Command } from "./command-line.ts";
import { loadBundle, objectOf } from "./config-file.ts";
import { cannot, type Note } from "./diagnostics.ts";
import { send } from "./http.ts";
import { TokenSource } from "./token-source.ts";
import { VERSION } from "./version.ts";
import { WorkspaceClient } from "./workspace-client.ts";
import { WorkspaceFiles } from "./workspace-files.ts";

/** What every bundle command works with. */
export interface Session {
  readonly command: Command;
  readonly env: Environment;
  readonly note: Note;
  readonly bundle: Bundle;
  readonly client: WorkspaceClient;
  readonly files: WorkspaceFiles;
  readonly workspaceId: string;
}

/** Reads the bundle and authenticates. @throws CliFailure */
export async function openSession(
  command: Command,
  cwd: string,
  env: Environment,
  note: Note,
): Promise<Session> {
  const selected = await loadBundle(env["DATABRICKS_BUNDLE_ROOT"] || cwd, command.target);
  const host = hostOf(selected.config, env);
  const authType = env["DATABRICKS_AUTH_TYPE"] ?? "";
  if (authType !== "metadata-service") throw cannot(`auth type ${authType}; only metadata-service`);
  const local = ["127.0.0.1", "localhost"].includes(new URL(host).hostname);
  const workspaceId = local ? await wellKnownWorkspaceId(host) : "";
  const tokens = new TokenSource(env["DATABRICKS_METADATA_SERVICE_URL"] ?? "", host);
  await tokens.start();
  if (!local) throw cannot(`a workspace other than the sandbox: ${host}`);
  const client = new WorkspaceClient(host, tokens, userAgent(command, env));
  const me = await client.json({ method: "GET", path: "/api/2.0/preview/scim/v2/Me" });
  const bundle = await resolveBundle(selected, me, env, note);
  return { command, env, note, bundle, client, files: new WorkspaceFiles(client), workspaceId };
}

/** `workspace.host` beats `DATABRICKS_HOST`; both without path and query. */
function hostOf(config: JsonObject, env: Environment): string {
  const host = textOf(objectOf(config["workspace"])["host"]) || (env["DATABRICKS_HOST"] ?? "");
  if (!URL.canParse(host)) throw cannot(`host ${host}`);
  return new URL(host).origin;
}

async function wellKnownWorkspaceId(host: string): Promise<string> {
  try {
    const { body } = await send(`${host}/.well-known/databricks-config`, {});
    return textOf((JSON.parse(body.toString("utf8")) as JsonObject)["workspace_id"]);
  } catch {
    return "";
  }
}

function userAgent({ name }: Command, env: Environment): string {
  const { DATABRICKS_CLI_UPSTREAM: upstream = "", DATABRICKS_CLI_UPSTREAM_VERSION: version = "" } = env;
  const product = upstream === "" ? "" : ` upstream/${upstream} upstream-version/${version}`;
  return `cli/${VERSION} cmd/bundle_${name}${product} engine/direct auth/metadata-service`;
}
