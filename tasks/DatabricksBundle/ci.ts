import { randomUUID } from "node:crypto";
import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import type * as TaskLib from "azure-pipelines-task-lib/task.js";
import { SecretlessError, type Place } from "../../core/base/errors.ts";
import type { AnnotationLevel, Ci, PipelineToken, RunContext } from "../../core/ci/ci.ts";
import { AZURE_DEVOPS } from "../../core/ci/azure-devops/dialect.ts";
import {
  requestAzureDevOpsIdToken,
  type TokenEndpointVariables,
} from "../../core/ci/azure-devops/id-token.ts";
import { issuerRetirementWarning } from "../../core/ci/azure-devops/retirement.ts";
import { ENTRA_EXCHANGE_AUDIENCE } from "../../core/ci/azure-devops/subject.ts";
import { readClaims } from "../../core/ci/claims.ts";
import type { InputName } from "../../core/ci/inputs/table.ts";
import type { Clock, Environment, Send } from "../../core/base/ports.ts";
import { harmlessLines } from "../../core/ci/safe-for-log.ts";
import { systemAddresses } from "../../core/base/clock-and-platform.ts";
import { command, issue } from "./commands.ts";
import { readConnection, type AzureConnection } from "./connection.ts";

export interface AgentPorts {
  /** The variables of the task as they were before azure-pipelines-task-lib took some of them away. */
  readonly environment: Environment;
  readonly send: Send;
  readonly clock: Clock;
  readonly cancelled: AbortSignal;
  readonly write: (text: string) => void;
}

/**
 * Azure Pipelines as a {@link Ci}. azure-pipelines-task-lib is loaded at its first use: it costs time, and its import
 * writes a file and takes variables away.
 */
export class AzurePipelinesCi implements Ci {
  readonly dialect = AZURE_DEVOPS;
  readonly context: RunContext;
  readonly fixedAudience = ENTRA_EXCHANGE_AUDIENCE;
  readonly cancelled: AbortSignal;
  readonly #ports: AgentPorts;
  #connection: AzureConnection | undefined;
  #summaries = 0;
  #progress = 0;
  #warned = false;

  constructor(ports: AgentPorts) {
    this.#ports = ports;
    this.cancelled = ports.cancelled;
    this.context = runContext(ports.environment);
  }

  input(name: InputName): string {
    const value = (this.#ports.environment[`INPUT_${this.inputLabel(name).toUpperCase()}`] ?? "").trim();
    // A boolean of a template expression arrives as `True` or `False`.
    return /^(?:True|False)$/.test(value) ? value.toLowerCase() : value;
  }

  inputLabel(name: InputName): string {
    return this.dialect.inputLabel(name);
  }

  connection(): AzureConnection | undefined {
    const { environment } = this.#ports;
    const id = (environment["INPUT_AZURESUBSCRIPTION"] ?? "").trim();
    if (id !== "") this.#connection ??= readConnection(id, environment);
    return this.#connection;
  }

  /** The audience is Azure DevOps' own choice. */
  async idToken(_audience?: string, signal?: AbortSignal): Promise<string> {
    const connection = this.connection();
    const token = await this.#request(connection?.id, signal);
    if (connection !== undefined) await this.#warnOfRetirement(token, connection);
    return token;
  }

  async pipelineToken(signal?: AbortSignal): Promise<PipelineToken> {
    const organisation = this.#ports.environment["SYSTEM_COLLECTIONID"] ?? "";
    return {
      token: await this.#request(undefined, signal),
      audience: ENTRA_EXCHANGE_AUDIENCE,
      issuers: [`https://vstoken.dev.azure.com/${organisation}`],
    };
  }

  async #request(connectionId: string | undefined, signal?: AbortSignal): Promise<string> {
    const { environment, send, clock } = this.#ports;
    const token = await requestAzureDevOpsIdToken({
      variables: endpointVariables(environment),
      jobToken: environment["ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN"] ?? "",
      connectionId,
      send,
      clock,
      ...(signal && { signal }),
      debug: (line) => this.debug(line),
      info: (line) => this.info(line),
    }).catch((error: unknown) => {
      throw this.dialect.untrustedRun(environment) ? forkRefused(error) : error;
    });
    this.mask(token);
    return token;
  }

  async #warnOfRetirement(token: string, connection: AzureConnection): Promise<void> {
    if (this.#warned) return;
    this.#warned = true;
    const text = issuerRetirementWarning({
      ...connection,
      subject: (await readClaims(token)).subject,
      exchange: this.input("exchange") === "databricks" ? "databricks" : "entra",
      organisationId: this.#ports.environment["SYSTEM_COLLECTIONID"] ?? "",
      connectionId: connection.id,
    });
    if (text !== undefined) this.annotate("warning", text);
  }

  mask(value: string): void {
    // The agent hides values as a whole, and its command takes one line.
    for (const line of value.split(/[\r\n]+/)) {
      if (line.trim() !== "") this.#ports.write(command("task.setsecret", line));
    }
  }

  info(text: string): void {
    this.#ports.write(`${harmlessLines(text).join("\n")}\n`);
  }

  debug(text: string): void {
    for (const line of harmlessLines(text)) this.#ports.write(command("task.debug", line));
  }

  annotate(level: AnnotationLevel, text: string, place?: Place): void {
    // Azure Pipelines knows no notice.
    if (level === "notice") this.info(text);
    else this.#ports.write(issue(level, text, this.context.checkout, place));
  }

  async group<T>(title: string, body: () => Promise<T>): Promise<T> {
    const line = harmlessLines(title).join(" ");
    // How many groups will follow is not known: each one takes a fifth of what is left.
    this.#progress += (100 - this.#progress) / 5;
    this.#ports.write(command("task.setprogress", line, { value: String(Math.floor(this.#progress)) }));
    this.#ports.write(`##[group]${line}\n`);
    try {
      return await body();
    } finally {
      this.#ports.write("##[endgroup]\n");
    }
  }

  async output(name: string, value: string): Promise<void> {
    const { setVariable } = await taskLib();
    setVariable(this.dialect.inputLabel(name), value, false, true);
  }

  async summary(markdown: string): Promise<void> {
    const { uploadSummary } = await taskLib();
    // The agent reads the file later; its name is the heading in the Extensions tab.
    this.#summaries += 1;
    const folder = path.join(this.context.tempFolder, `summary-${randomUUID()}`);
    await mkdir(this.context.tempFolder, { recursive: true });
    await mkdir(folder, { mode: 0o700 });
    const number = this.#summaries > 1 ? ` ${String(this.#summaries)}` : "";
    const file = path.join(folder, `Databricks Secretless${number}.md`);
    await writeFile(file, markdown, { flag: "wx" });
    uploadSummary(file);
  }

  exportVariable(name: string, value: string): Promise<void> {
    this.#ports.write(command("task.setvariable", value, { variable: name }));
    return Promise.resolve();
  }

  saveState(name: string, value: string): Promise<void> {
    // Comes before the first ID token, so it does not wait for task-lib.
    this.#ports.write(command("task.settaskvariable", value, { variable: STATE_PREFIX + name }));
    return Promise.resolve();
  }
}

/** Task variables belong to one use of a task alone; the prefix is for people who read a debug log. */
const STATE_PREFIX = "secretless.";

/** What {@link AzurePipelinesCi.saveState} kept under `name`, in the post-job step; "" if nothing. */
export function savedState(environment: Environment, name: string): string {
  return environment[`VSTS_TASKVARIABLE_${(STATE_PREFIX + name).replace(/[. ]/g, "_").toUpperCase()}`] ?? "";
}

async function taskLib(): Promise<typeof TaskLib.default> {
  // A CommonJS module: its names are found at run time only.
  return (await import("azure-pipelines-task-lib/task.js")).default;
}

function endpointVariables(environment: Environment): TokenEndpointVariables {
  const get = (name: string): string => (environment[name] ?? "").trim();
  return {
    oidcRequestUri: get("SYSTEM_OIDCREQUESTURI"),
    collectionUri: get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI"),
    projectId: get("SYSTEM_TEAMPROJECTID"),
    hostType: get("SYSTEM_HOSTTYPE"),
    planId: get("SYSTEM_PLANID"),
    jobId: get("SYSTEM_JOBID"),
  };
}

function runContext(environment: Environment): RunContext {
  const get = (name: string): string => environment[name] ?? "";
  const project = `${get("SYSTEM_TEAMFOUNDATIONCOLLECTIONURI")}${encodeURIComponent(get("SYSTEM_TEAMPROJECT"))}`;
  const run = get("BUILD_BUILDID") && `${project}/_build/results?buildId=${get("BUILD_BUILDID")}`;
  const untrustedEvent = AZURE_DEVOPS.untrustedRun(environment);
  return {
    ciName: AZURE_DEVOPS.title,
    checkout: path.resolve(get("BUILD_SOURCESDIRECTORY") || get("SYSTEM_DEFAULTWORKINGDIRECTORY") || "."),
    tempFolder: path.resolve(get("AGENT_TEMPDIRECTORY") || "."),
    toolCache: get("AGENT_TOOLSDIRECTORY") ? path.resolve(get("AGENT_TOOLSDIRECTORY")) : undefined,
    addresses: systemAddresses(),
    runUrl: get("RELEASE_RELEASEWEBURL") || run,
    ...(untrustedEvent && { untrustedEvent }),
  };
}

function forkRefused(error: unknown): unknown {
  if (!(error instanceof SecretlessError) || error.code !== "ID_TOKEN_REFUSED") return error;
  return new SecretlessError("ID_TOKEN_FORK", {
    problem: "Azure DevOps gave no ID token to the build of a pull request from a fork.",
    actual: error.message,
    remedy: "Plan and deploy on a branch of the repository itself, after the merge.",
    cause: error,
  });
}
