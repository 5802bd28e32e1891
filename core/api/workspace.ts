import { HttpError, statusError } from "../net/http.ts";
import type { Clock, HttpRequest, HttpResponse, Send } from "../base/ports.ts";
import { redact } from "../base/redact.ts";
import { retry } from "../net/retry.ts";
import { endpointUnavailable } from "../net/unavailable.ts";
import { SecretlessError } from "../base/errors.ts";
import { member, parseJson, textOf } from "./json.ts";

/** Milliseconds for one call with all its tries. */
const DEADLINE = 60_000;

export interface WorkspaceApi {
  /** Origin of the approved workspace. */
  readonly host: string;
  /** A valid access token. */
  readonly token: () => Promise<string>;
  readonly send: Send;
  readonly clock: Clock;
  readonly signal?: AbortSignal | undefined;
}

/** Who the workspace says that we are. */
export interface CurrentUser {
  /** Application ID for a service principal, e-mail address for a person. */
  readonly userName: string;
  readonly displayName: string;
  /** Decimal; from the header `X-Databricks-Org-Id`. */
  readonly workspaceId: string | undefined;
}

/**
 * One call of the REST API, tried again where that may help. Only for calls that may be repeated.
 * @param what begins the sentence of the error: "The question who we are"
 * @returns the answer with status 200 or one of `accept`
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`
 */
export async function callWorkspace(
  api: WorkspaceApi,
  {
    method,
    path,
    body,
  }: { readonly method: HttpRequest["method"]; readonly path: string; readonly body?: string },
  { what, accept = [] }: { readonly what: string; readonly accept?: readonly number[] },
): Promise<HttpResponse> {
  const { clock, signal } = api;
  const attempt = async (stop: AbortSignal): Promise<HttpResponse> => {
    const headers = {
      authorization: `Bearer ${await api.token()}`,
      accept: "application/json",
      ...(body !== undefined && { "content-type": "application/json" }),
    };
    const content = body === undefined ? {} : { body };
    const request = { method, url: `${api.host}${path}`, headers, ...content, signal: stop };
    const response = await api.send(request);
    if (response.status !== 200 && !accept.includes(response.status)) throw statusError(request, response);
    return response;
  };
  try {
    return await retry(attempt, { clock, deadline: clock.now() + DEADLINE, signal });
  } catch (error) {
    throw error instanceof HttpError ? endpointUnavailable(what, error) : error;
  }
}

/**
 * `GET /api/2.0/preview/scim/v2/Me`.
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`, or `WRONG_PRINCIPAL` if the workspace does not know the principal
 */
export async function currentUser(api: WorkspaceApi): Promise<CurrentUser> {
  const path = "/api/2.0/preview/scim/v2/Me";
  const how = { what: "The question who we are", accept: [401, 403] };
  const { status, headers, body } = await callWorkspace(api, { method: "GET", path }, how);
  if (status !== 200) throw unknownPrincipal(status, body);
  const user = parseJson(body, `GET ${path}`);
  const userName = textOf(member(user, "userName")) ?? "";
  return {
    userName,
    displayName: textOf(member(user, "displayName")) ?? userName,
    workspaceId: headers["x-databricks-org-id"],
  };
}

function unknownPrincipal(status: number, body: string): SecretlessError {
  return new SecretlessError("WRONG_PRINCIPAL", {
    problem: "The exchange worked, but the workspace does not let the service principal in.",
    expected: "a service principal that is assigned to this workspace",
    actual: `status ${status}: ${redact(body).slice(0, 500)}`,
    remedy: "Add the service principal to the workspace: docs/setup-github.md, step 1.",
  });
}

/** Cancels a run of a job; one that has ended already stays as it is. */
export async function cancelRun(api: WorkspaceApi, runId: string): Promise<void> {
  // The ID is a number to the API, and may be one that JavaScript cannot hold.
  const body = `{"run_id":${runId}}`;
  const request = { method: "POST", path: "/api/2.2/jobs/runs/cancel", body } as const;
  await callWorkspace(api, request, { what: "The cancellation of the run", accept: [400, 404] });
}

/** Stops the update of a pipeline that is under way; without one nothing happens. */
export async function stopPipeline(api: WorkspaceApi, pipelineId: string): Promise<void> {
  const path = `/api/2.0/pipelines/${encodeURIComponent(pipelineId)}/stop`;
  const how = { what: "The cancellation of the update", accept: [400, 404] };
  await callWorkspace(api, { method: "POST", path, body: "{}" }, how);
}

/** Whether a job may still be there: the API answers 400 or 404 for one that is not, 403 for one that is hidden from us. */
export async function jobExists(api: WorkspaceApi, jobId: string): Promise<boolean> {
  const path = `/api/2.2/jobs/get?job_id=${encodeURIComponent(jobId)}`;
  const how = { what: "The look at a job", accept: [400, 403, 404] };
  const { status } = await callWorkspace(api, { method: "GET", path }, how);
  return status === 200 || status === 403;
}
