import { SecretlessError } from "../../base/errors.ts";
import { HttpError } from "../../net/http.ts";
import type { HttpResponse } from "../../base/ports.ts";
import { redact } from "../../base/redact.ts";

/**
 * Why the token endpoint of Azure DevOps gave no token. `failure` is the answer as a plain HTTP error: it is returned
 * itself where another try may help. Shapes of errors: a VssException (`message`, `typeKey`), a wrapped error (`value`).
 */
export function azureDevOpsRefusal(
  response: HttpResponse,
  failure: HttpError,
  connectionId: string | undefined,
): Error {
  if (failure.retryable) return failure;
  const { status } = response;
  const error = readError(response.body);
  if (status === 401 || status === 203 || (status >= 300 && status < 400) || error === undefined) {
    return notAuthenticated(response);
  }
  const actual = redact(error.message).slice(0, 500);
  // Comes and goes while a job starts (microsoft/azure-pipelines-tasks#19349).
  if (/PlanSecurityException/.test(error.typeKey)) {
    return new HttpError(`${failure.message}: ${actual}`, { status, retryable: true, body: failure.body });
  }
  if (connectionId !== undefined && /no explicit reference to service connection/i.test(error.message)) {
    return new SecretlessError("CONNECTION_NOT_REFERENCED", {
      problem: "Azure DevOps refuses the service connection, since no step of this job names it.",
      expected: "a step of this stage and job with the connection in an input for connections",
      actual,
      remedy:
        "Write the name of the service connection into `azureSubscription` of this task literally: Azure DevOps reads it when the job is queued, before variables of the job have their values.",
    });
  }
  if (connectionId !== undefined && status === 404) {
    return new SecretlessError("CONNECTION_UNKNOWN", {
      problem: "Azure DevOps does not know the service connection.",
      expected: "a service connection of this project",
      actual,
      remedy: "Check that it exists in this project and that this pipeline may use it.",
    });
  }
  return new SecretlessError("ID_TOKEN_REFUSED", {
    problem: `Azure DevOps refused to issue an ID token (status ${String(status)}).`,
    actual,
    remedy: "The debug log (variable system.debug) has the request IDs that Microsoft's support asks for.",
  });
}

/** A sign-in page is how Azure DevOps answers a token that it does not accept. */
function notAuthenticated({ status, headers }: HttpResponse): SecretlessError {
  const type = headers["content-type"]?.split(";")[0] ?? "no content";
  return new SecretlessError("ID_TOKEN_REFUSED", {
    problem: "Azure DevOps did not accept the job's access token.",
    expected: "an ID token as JSON",
    actual: `status ${String(status)} with ${redact(type)}${type === "text/html" ? " (a sign-in page)" : ""}`,
    remedy:
      "The job's token ends some hours after the end of the job, at the latest after a day or two: split jobs that run longer. Else run the job again.",
  });
}

function readError(body: string): { readonly message: string; readonly typeKey: string } | undefined {
  try {
    const found = JSON.parse(body) as { message?: unknown; value?: unknown; typeKey?: unknown } | null;
    const message = found?.message ?? found?.value;
    if (typeof message !== "string") return undefined;
    return { message, typeKey: typeof found?.typeKey === "string" ? found.typeKey : "" };
  } catch {
    return undefined;
  }
}
