import { randomUUID } from "node:crypto";
import { textOf, type JsonObject } from "../http/json.ts";
import { resolveBundle, type Bundle } from "./bundle.ts";
import type { Command } from "./command-line.ts";
import { cannot, CliFailure, report, type Output } from "./diagnostics.ts";
import { selectTarget, type Environment, type Selected } from "./target.ts";
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
  const selected = await selectTarget(cwd, command.target, env, output);
  const host = hostOf(selected, env, output);
  if (env["DATABRICKS_AUTH_TYPE"] !== "metadata-service") {
    throw new CliFailure(
      cannot(`auth type ${env["DATABRICKS_AUTH_TYPE"] ?? "unset"}; only metadata-service`),
    );
  }
  const local = ["127.0.0.1", "localhost"].includes(new URL(host).hostname);
  const workspaceId = local ? await wellKnownWorkspaceId(host) : "";
  const tokens = new TokenSource(env["DATABRICKS_METADATA_SERVICE_URL"] ?? "", host);
  await tokens.start();
  if (!local) throw new CliFailure(cannot(`a workspace other than the sandbox: ${host}`));
  const client = new WorkspaceClient(host, tokens, {
    "User-Agent": userAgent(command, env),
    ...(workspaceId === "" ? {} : { "X-Databricks-Workspace-Id": workspaceId }),
  });
  const me = await client.json({ method: "GET", path: "/api/2.0/preview/scim/v2/Me" });
  const bundle = await resolveBundle(selected, me, env, output);
  return { command, env, output, bundle, client, files: new WorkspaceFiles(client), workspaceId };
}

/** `workspace.host` beats `DATABRICKS_HOST`; both without path and query. */
function hostOf({ config }: Selected, env: Environment, output: Output): string {
  const workspace = config.value["workspace"] as JsonObject | undefined;
  const host = textOf(workspace?.["host"]) || (env["DATABRICKS_HOST"] ?? "");
  if (host.includes("${")) {
    const problem = `parse "https://${host}": invalid character "{" in host name`;
    output.err(`Warn: Failed to fix host for metadata resolution: ${problem}\n`);
    report(output, [
      {
        severity: "Warning",
        summary: "Variable interpolation is not supported for fields that configure authentication",
        path: "workspace.host",
        location: config.places.get("workspace.host")?.value,
        detail:
          "Interpolation is not supported for the field workspace.host. Please set\nthe DATABRICKS_HOST environment variable if you wish to configure this field at runtime.",
      },
    ]);
    throw new CliFailure(`failed during request visitor: ${problem}`);
  }
  try {
    return new URL(host).origin;
  } catch {
    throw new CliFailure(`failed during request visitor: parse "${host}": no host URL`);
  }
}

async function wellKnownWorkspaceId(host: string): Promise<string> {
  try {
    const response = await fetch(`${host}/.well-known/databricks-config`);
    return textOf(((await response.json()) as JsonObject)["workspace_id"]);
  } catch {
    return "";
  }
}

function userAgent(command: Command, env: Environment): string {
  const upstream = env["DATABRICKS_CLI_UPSTREAM"];
  const parts = [
    `cli/${VERSION}`,
    `os/${process.platform}`,
    `cmd/${command.label}`,
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
