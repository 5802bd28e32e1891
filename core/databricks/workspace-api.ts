import { HttpError, statusError } from "../http.ts";
import type { Clock, HttpRequest, Send } from "../ports.ts";
import { retry } from "../retry.ts";
import { endpointUnavailable } from "../federation/unavailable.ts";
import { SecretlessError } from "../errors.ts";
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
  readonly signal?: AbortSignal;
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
 * `GET /api/2.0/preview/scim/v2/Me`.
 * @throws SecretlessError `ENDPOINT_UNAVAILABLE`, or `WRONG_PRINCIPAL` if the workspace does not know the principal
 */
export async function currentUser(api: WorkspaceApi): Promise<CurrentUser> {
  const { host, send, clock, signal } = api;
  try {
    return await retry(
      async (stop) => {
        const headers = { authorization: `Bearer ${await api.token()}`, accept: "application/json" };
        const request: HttpRequest = {
          method: "GET",
          url: `${host}/api/2.0/preview/scim/v2/Me`,
          headers,
          signal: stop,
        };
        const response = await send(request);
        if (response.status !== 200) throw statusError(request, response);
        const user = parseJson(response.body, "GET /api/2.0/preview/scim/v2/Me");
        const userName = textOf(member(user, "userName")) ?? "";
        return {
          userName,
          displayName: textOf(member(user, "displayName")) ?? userName,
          workspaceId: response.headers["x-databricks-org-id"],
        };
      },
      { clock, deadline: clock.now() + DEADLINE, signal },
    );
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    if (error.status === 401 || error.status === 403) throw unknownPrincipal(error);
    throw endpointUnavailable("The question who we are", error);
  }
}

function unknownPrincipal(error: HttpError): SecretlessError {
  return new SecretlessError("WRONG_PRINCIPAL", {
    problem: "The exchange worked, but the workspace does not let the service principal in.",
    expected: "a service principal that is assigned to this workspace",
    actual: error.body || error.message,
    remedy: "Add the service principal to the workspace: docs/setup-github.md, step 1.",
    cause: error,
  });
}
