import { SecretlessError } from "../../base/errors.ts";
import { statusError } from "../../net/http.ts";
import type { Clock, HttpRequest, HttpResponse, Send } from "../../base/ports.ts";
import { registerSecret } from "../../base/redact.ts";
import { UUID } from "../../base/uuid.ts";
import { readClaims } from "../claims.ts";
import { azureDevOpsRefusal } from "./refusal.ts";
import { subjectKind } from "./subject.ts";

/** Where a job asks for ID tokens, as the agent says it in variables. */
export interface TokenEndpointVariables {
  /** `System.OidcRequestUri`; agents before 2024 do not set it, the rest then makes up the same URL. */
  readonly oidcRequestUri: string;
  /** `System.TeamFoundationCollectionUri`. */
  readonly collectionUri: string;
  /** `System.TeamProjectId`. */
  readonly projectId: string;
  /** `System.HostType`. */
  readonly hostType: string;
  /** `System.PlanId`. */
  readonly planId: string;
  /** `System.JobId`. */
  readonly jobId: string;
}

export interface AzureDevOpsIdTokenRequest {
  readonly variables: TokenEndpointVariables;
  /** Access token of the SystemVssConnection endpoint, which every task gets; "" if there is none. */
  readonly jobToken: string;
  /** GUID of a service connection; undefined for the pipeline's own token. */
  readonly connectionId: string | undefined;
  readonly send: Send;
  readonly clock: Clock;
  readonly signal?: AbortSignal;
  readonly debug: (line: string) => void;
  /** A line for people, said before a wait. */
  readonly info: (line: string) => void;
}

/** Response headers by which Microsoft finds a request. */
const TRACE_HEADERS = ["x-vss-e2eid", "x-msedge-ref"] as const;
/** Milliseconds that a token must have left to be worth sending. */
const LEAST_LIFE = 30_000;

/**
 * A new ID token from Azure DevOps (REST operation "Oidctoken - Create" 7.1), of the pipeline or of a service
 * connection. The service keeps tokens of the Entra issuer for 24 hours and hands the same one out again: one about to
 * end is waited for and replaced.
 * @throws SecretlessError `JOB_TOKEN_MISSING`, `ID_TOKEN_NOT_OFFERED`, `ID_TOKEN_REFUSED`, `CONNECTION_UNKNOWN`,
 * `CONNECTION_NOT_REFERENCED`
 * @throws HttpError where a retry may help
 */
export async function requestAzureDevOpsIdToken(request: AzureDevOpsIdTokenRequest): Promise<string> {
  const { clock, signal, info, connectionId } = request;
  if (connectionId !== undefined && !UUID.test(connectionId)) throw unknownConnection(connectionId);
  for (let last = false; ; last = true) {
    const { token, now } = await requestOnce(request);
    const { subject, expiresAt } = await readClaims(token);
    const kind = subjectKind(subject);
    if (connectionId !== undefined && kind === "pipeline") throw unknownConnection(connectionId);
    const left = expiresAt - now;
    if (kind !== "entra-connection" || left >= LEAST_LIFE) return token;
    if (last) throw endingToken(left);
    info(
      `Azure DevOps returned an ID token of the service connection that ends in ${seconds(left)}: it keeps them for 24 hours. Waiting for a new one.`,
    );
    // One second more, as times in tokens are whole seconds.
    await clock.sleep(Math.max(0, left) + 1_000, signal);
  }
}

/** @returns the token, and the service's time in milliseconds, for this machine's clock may be wrong */
async function requestOnce(request: AzureDevOpsIdTokenRequest): Promise<{ token: string; now: number }> {
  const { variables, jobToken, connectionId, send, clock, signal, debug } = request;
  if (jobToken === "") throw missingJobToken();
  registerSecret(jobToken);
  const url = new URL(endpointUrl(variables));
  url.searchParams.set("api-version", "7.1");
  if (connectionId !== undefined) url.searchParams.set("serviceConnectionId", connectionId);
  const http: HttpRequest = {
    method: "POST",
    url: url.href,
    headers: {
      authorization: `Bearer ${jobToken}`,
      accept: "application/json",
      "content-type": "application/json",
      // Else a bad token is answered with a redirect to a sign-in page.
      "x-tfs-fedauthredirect": "Suppress",
    },
    body: "",
    ...(signal && { signal }),
  };
  const response = await send(http);
  const trace = TRACE_HEADERS.flatMap((name) => {
    const value = response.headers[name];
    return value === undefined ? [] : [`${name}: ${value}`];
  });
  debug(`ID token request: status ${String(response.status)}${trace.map((line) => `, ${line}`).join("")}`);
  const token = response.status === 200 ? tokenIn(response) : undefined;
  if (token === undefined) throw azureDevOpsRefusal(response, statusError(http, response), connectionId);
  registerSecret(token);
  const date = Date.parse(response.headers["date"] ?? "");
  return { token, now: Number.isNaN(date) ? clock.now() : date };
}

/**
 * The URL of the token endpoint without its query.
 * @throws SecretlessError `ID_TOKEN_NOT_OFFERED`
 */
function endpointUrl(variables: TokenEndpointVariables): string {
  const { oidcRequestUri, collectionUri, projectId, hostType, planId, jobId } = variables;
  if (URL.canParse(oidcRequestUri)) return oidcRequestUri;
  const parts = [projectId, hostType, planId, jobId];
  if (!URL.canParse(collectionUri) || parts.includes("")) throw notOffered();
  const [project = "", hub = "", plan = "", job = ""] = parts.map(encodeURIComponent);
  const collection = collectionUri.replace(/\/*$/, "");
  return `${collection}/${project}/_apis/distributedtask/hubs/${hub}/plans/${plan}/jobs/${job}/oidctoken`;
}

function tokenIn({ body }: HttpResponse): string | undefined {
  try {
    const { oidcToken } = JSON.parse(body) as { oidcToken?: unknown };
    return typeof oidcToken === "string" && /^[\w-]+\.[\w-]+\.[\w-]+$/.test(oidcToken)
      ? oidcToken
      : undefined;
  } catch {
    return undefined;
  }
}

function seconds(milliseconds: number): string {
  return `${String(Math.max(0, Math.floor(milliseconds / 1000)))} s`;
}

function endingToken(left: number): SecretlessError {
  return new SecretlessError("ID_TOKEN_REFUSED", {
    problem: "Azure DevOps keeps returning an ID token of the service connection that is about to end.",
    expected: `a token with at least ${seconds(LEAST_LIFE)} to live`,
    actual: `${seconds(left)}, also after waiting for its end`,
    remedy: "Run the job again in a few minutes. Is the clock of the agent right?",
  });
}

function unknownConnection(id: string): SecretlessError {
  return new SecretlessError("CONNECTION_UNKNOWN", {
    problem: "Azure DevOps does not know the service connection.",
    expected:
      "the ID (a GUID) of a service connection of this project, which the agent puts in place of its name",
    actual: id,
    remedy:
      "Write the name of the service connection into `azureSubscription` literally, not through a variable that is set at run time.",
  });
}

function missingJobToken(): SecretlessError {
  return new SecretlessError("JOB_TOKEN_MISSING", {
    problem: "The agent gave this task no job access token, so it cannot ask for an ID token.",
    expected: "the access token of the endpoint SystemVssConnection, which an agent gives to every task",
    remedy: "Run the task in a job on an Azure Pipelines agent; a script that starts it by hand cannot work.",
  });
}

function notOffered(): SecretlessError {
  return new SecretlessError("ID_TOKEN_NOT_OFFERED", {
    problem: "The agent names no place to ask for ID tokens.",
    expected: "the variable System.OidcRequestUri, or collection, project, plan and job",
    remedy:
      "Azure DevOps Services offers ID tokens, Azure DevOps Server does not. Update the agent if it is older than 2024.",
  });
}
