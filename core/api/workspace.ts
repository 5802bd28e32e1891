import { SecretlessError } from "../base/errors.ts";
import { HttpError } from "../net/http.ts";
import { addressBlocked } from "../net/unavailable.ts";
import { ApiFailure, callError, type Connection, type DatabricksApi } from "./client.ts";
import { ME, type CancelRun, type DeleteJob, type GetJob } from "./shapes.ts";

/** Who the workspace says that we are. */
export interface CurrentUser {
  /** Application ID for a service principal, e-mail address for a person. */
  readonly userName: string;
  readonly displayName: string;
  /** Decimal; from the header `X-Databricks-Org-Id`. */
  readonly workspaceId: string | undefined;
}

/** SCIM's answer to the question who the caller is. */
export const WHO_AM_I = "/api/2.0/preview/scim/v2/Me";

/**
 * Who the caller is, by SCIM.
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`, or `WRONG_PRINCIPAL` if the workspace does not know the principal
 */
export async function currentUser(api: Connection): Promise<CurrentUser> {
  try {
    const { json, headers } = await api.answer({ method: "GET", path: WHO_AM_I });
    const userName = ME.text(json, "userName");
    return {
      userName,
      displayName: ME.text(json, "displayName") || userName,
      workspaceId: headers["x-databricks-org-id"],
    };
  } catch (error) {
    const { cause } = error as { cause?: unknown };
    // Also where the refusal is no JSON: IP access lists answer with a page.
    if (error instanceof ApiFailure && cause instanceof HttpError && [401, 403].includes(error.status)) {
      throw (
        addressBlocked("The question who we are", error.status, cause.body) ??
        unknownPrincipal(error.status, cause.body)
      );
    }
    throw callError("The question who we are", error);
  }
}

function unknownPrincipal(status: number, body: string): SecretlessError {
  return new SecretlessError("WRONG_PRINCIPAL", {
    problem: "The exchange worked, but the workspace does not let the service principal in.",
    expected: "a service principal that is assigned to this workspace",
    actual: `status ${String(status)}: ${body.slice(0, 500)}`,
    remedy: "Add the service principal to the workspace: docs/setup-github.md, step 1.",
  });
}

/** Cancels a run of a job, although the step is cancelled; one that has ended already stays as it is. */
export async function cancelRun(api: DatabricksApi, runId: string): Promise<void> {
  const body = { run_id: BigInt(runId) } satisfies CancelRun;
  const path = "/api/2.2/jobs/runs/cancel";
  const request = { method: "POST", path, body, repeatable: true, lasting: true } as const;
  await unless([400, 404], "The cancellation of the run", api.call(request));
}

/** Stops the update of a pipeline that is under way, although the step is cancelled; without one nothing happens. */
export async function stopPipeline(api: DatabricksApi, pipelineId: string): Promise<void> {
  const path = `/api/2.0/pipelines/${encodeURIComponent(pipelineId)}/stop`;
  const request = { method: "POST", path, body: {}, repeatable: true, lasting: true } as const;
  await unless([400, 404], "The cancellation of the update", api.call(request));
}

/** Whether a job may still be there: the API answers 400 or 404 for one that is not, 403 for one that is hidden from us. */
export async function jobExists(api: DatabricksApi, jobId: string): Promise<boolean> {
  const query = { job_id: jobId } satisfies GetJob;
  const answer = api.call({ method: "GET", path: "/api/2.2/jobs/get", query });
  const status = await unless([400, 403, 404], "The look at a job", answer);
  return status === undefined || status === 403;
}

/** Deletes a job; one that is gone is as good. */
export async function deleteJob(api: DatabricksApi, jobId: string): Promise<void> {
  const body = { job_id: BigInt(jobId) } satisfies DeleteJob;
  const request = { method: "POST", path: "/api/2.2/jobs/delete", body, repeatable: true } as const;
  await unless([404], "The deletion of a job", api.call(request));
}

/** The status of a failure that is as good as success; what else failed is an error for the user. */
async function unless(
  statuses: readonly number[],
  what: string,
  answer: Promise<unknown>,
): Promise<number | undefined> {
  try {
    await answer;
    return undefined;
  } catch (error) {
    if (error instanceof ApiFailure && error.is(...statuses)) return error.status;
    throw callError(what, error);
  }
}
