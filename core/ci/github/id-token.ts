import { SecretlessError } from "../../base/errors.ts";
import { isRetryableStatus, statusError } from "../../net/http.ts";
import type { HttpRequest, Send } from "../../base/ports.ts";
import { redact, registerSecret } from "../../base/redact.ts";

export interface GitHubIdTokenRequest {
  /** `ACTIONS_ID_TOKEN_REQUEST_URL` and `…_TOKEN`: the runner sets both for a job with `id-token: write` alone. */
  readonly requestUrl: string | undefined;
  readonly requestToken: string | undefined;
  /** Whether the run belongs to a pull request from a fork: such a run cannot get the permission. */
  readonly fromFork: boolean;
  readonly audience: string;
  readonly send: Send;
  readonly signal?: AbortSignal;
}

/**
 * The issuer of the ID tokens of a GitHub server: github.com, GitHub Enterprise Cloud with data residency, or GitHub
 * Enterprise Server. Source: docs.github.com, "OpenID Connect reference".
 * @param serverUrl `GITHUB_SERVER_URL`
 */
export function githubIssuer(serverUrl: string): string {
  const { origin, hostname } = new URL(serverUrl);
  if (hostname === "github.com") return "https://token.actions.githubusercontent.com";
  if (hostname.endsWith(".ghe.com")) return `https://token.actions.${hostname}`;
  return `${origin}/_services/token`;
}

const COMPACT_JWT = /^[\w-]+\.[\w-]+\.[\w-]+$/;

/**
 * A new ID token of the job from GitHub (or GitHub Enterprise Server), one try. It lives for 5 minutes.
 * Source: docs.github.com, "OpenID Connect reference", section "Methods for requesting the OIDC token".
 * @throws SecretlessError `ID_TOKEN_PERMISSION_MISSING`, `ID_TOKEN_FORK`, `ID_TOKEN_REFUSED`
 * @throws HttpError if another try may help
 */
export async function requestGitHubIdToken({
  requestUrl,
  requestToken,
  fromFork,
  audience,
  send,
  signal,
}: GitHubIdTokenRequest): Promise<string> {
  if (!requestUrl || !requestToken) throw fromFork ? forkHasNone() : permissionMissing();
  registerSecret(requestToken);
  const url = requestUrlFor(requestUrl, audience);
  const headers = { authorization: `Bearer ${requestToken}`, accept: "application/json" };
  const request: HttpRequest = { method: "GET", url, headers, ...(signal && { signal }) };
  const response = await send(request);
  if (isRetryableStatus(response.status)) throw statusError(request, response);
  const token = response.status === 200 ? tokenOf(response.body) : undefined;
  if (token === undefined) throw refused(response.status, response.body);
  registerSecret(token);
  return token;
}

function requestUrlFor(requestUrl: string, audience: string): string {
  if (!URL.canParse(requestUrl)) {
    throw new SecretlessError("ID_TOKEN_REFUSED", {
      problem: "The address at which GitHub gives ID tokens is not a URL.",
      actual: redact(requestUrl),
      remedy: "The runner sets ACTIONS_ID_TOKEN_REQUEST_URL; remove whatever in the workflow overwrites it.",
    });
  }
  const url = new URL(requestUrl);
  url.searchParams.set("audience", audience);
  return url.href;
}

function tokenOf(body: string): string | undefined {
  try {
    const { value } = JSON.parse(body) as { value?: unknown };
    return typeof value === "string" && COMPACT_JWT.test(value) ? value : undefined;
  } catch {
    return undefined;
  }
}

function permissionMissing(): SecretlessError {
  return new SecretlessError("ID_TOKEN_PERMISSION_MISSING", {
    problem: "GitHub gives this job no ID token: it has not asked for the permission.",
    expected: "the permission `id-token: write`",
    actual: "neither ACTIONS_ID_TOKEN_REQUEST_URL nor ACTIONS_ID_TOKEN_REQUEST_TOKEN is set",
    remedy: [
      "Add these lines to the job (in a reusable workflow: to the job that calls it):",
      "permissions:",
      "  id-token: write",
      "  contents: read",
    ].join("\n"),
  });
}

function forkHasNone(): SecretlessError {
  return new SecretlessError("ID_TOKEN_FORK", {
    problem: "GitHub gives no ID token to a pull request from a fork, whatever its `permissions` say.",
    remedy:
      "Skip this step for forks (`if: github.event.pull_request.head.repo.full_name == github.repository`), " +
      "or run it on push after the merge.",
  });
}

function refused(status: number, body: string): SecretlessError {
  const denied = status === 401 || status === 403;
  return new SecretlessError("ID_TOKEN_REFUSED", {
    problem: denied ? "GitHub refused to give an ID token." : "GitHub's answer is not an ID token.",
    expected: 'status 200 and {"value": "<ID token>"}',
    actual: `status ${status}: ${redact(body).slice(0, 500)}`,
    remedy: denied
      ? "The credential for this ends with the job: start the job again. If it fails at once, look for a policy of the " +
        "organisation that limits ID tokens."
      : "Look for a proxy that answers in GitHub's place, and at githubstatus.com; then run the job again.",
  });
}
