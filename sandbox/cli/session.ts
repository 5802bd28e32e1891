import { randomUUID } from "node:crypto";
import { textOf, type JsonObject } from "../http/json.ts";
import { resolveBundle, type Bundle } from "./bundle.ts";
import type { Command } from "./command-line.ts";
import { objectOf } from "./config-file.ts";
import { cannot, type Output } from "./diagnostics.ts";
import { selectTarget, type Environment } from "./target.ts";
import { TokenSource } from "./token-source.ts";
import { VERSION } from "./version.ts";
import { WorkspaceClient } from "./workspace-client.ts";
import { WorkspaceFiles } from "./workspace-files.ts";

/** What every bundle command works with. */
export interface Session {
  readonly command: Command;
  readonly env: Environment;
  readonly output: Output;
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
  output: Output,
): Promise<Session> {
  const selected = await selectTarget(env["DATABRICKS_BUNDLE_ROOT"] || cwd, command.target);
  const host = hostOf(selected.config, env);
  const authType = env["DATABRICKS_AUTH_TYPE"] ?? "";
  if (authType !== "metadata-service") throw cannot(`auth type ${authType}; only metadata-service`);
  const local = ["127.0.0.1", "localhost"].includes(new URL(host).hostname);
  const workspaceId = local ? await wellKnownWorkspaceId(host) : "";
  const tokens = new TokenSource(env["DATABRICKS_METADATA_SERVICE_URL"] ?? "", host);
  await tokens.start();
  if (!local) throw cannot(`a workspace other than the sandbox: ${host}`);
  const client = new WorkspaceClient(host, tokens, {
    "User-Agent": userAgent(command, env),
    ...(workspaceId === "" ? {} : { "X-Databricks-Workspace-Id": workspaceId }),
  });
  const me = await client.json({ method: "GET", path: "/api/2.0/preview/scim/v2/Me" });
  const bundle = await resolveBundle(selected, me, env, output);
  return { command, env, output, bundle, client, files: new WorkspaceFiles(client), workspaceId };
}

/** `workspace.host` beats `DATABRICKS_HOST`; both without path and query. */
function hostOf(config: JsonObject, env: Environment): string {
  const host = textOf(objectOf(config["workspace"])["host"]) || (env["DATABRICKS_HOST"] ?? "");
  if (!URL.canParse(host)) throw cannot(`host ${host}`);
  return new URL(host).origin;
}

async function wellKnownWorkspaceId(host: string): Promise<string> {
  try {
    const response = await fetch(`${host}/.well-known/databricks-config`);
    return textOf(((await response.json()) as JsonObject)["workspace_id"]);
  } catch {
    return "";
  }
}

function userAgent({ name }: Command, env: Environment): string {
  const upstream = env["DATABRICKS_CLI_UPSTREAM"];
  const parts = [
    `cli/${VERSION}`,
    `os/${process.platform}`,
    `cmd/bundle_${name}`,
    `cmd-exec-id/${randomUUID()}`,
    ...(upstream
      ? [`upstream/${upstream}`, `upstream-version/${env["DATABRICKS_CLI_UPSTREAM_VERSION"] ?? ""}`]
      : []),
    "interactive/none",
    "engine/direct",
    "auth/metadata-service",
    ...(env["GITHUB_ACTIONS"] ? ["cicd/github"] : []),
  ];
  return parts.join(" ");
}
