import assert from "node:assert/strict";
import { SecretlessError } from "../../../../core/base/errors.ts";
import {
  requestAzureDevOpsIdToken,
  type AzureDevOpsIdTokenRequest,
} from "../../../../core/ci/azure-devops/id-token.ts";
import type { HttpRequest, HttpResponse } from "../../../../core/base/ports.ts";
import { FakeClock } from "../../support/fake-clock.ts";

export const CONNECTION = "d5b0f8c3-1e67-4a92-8f4d-3c9a7e2b6015";
export const URI =
  "https://dev.azure.com/example-org/b94c/_apis/distributedtask/hubs/build/plans/p1/jobs/j1/oidctoken";

/** A token with what every ID token has (OpenID Connect Core 1.0, section 2), and these claims. */
export function jwt(claims: object): string {
  const usual = { iss: "https://vstoken.dev.azure.com/o", aud: "api://AzureADTokenExchange" };
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "RS256" })}.${part({ ...usual, ...claims })}.c2lnbmF0dXJl`;
}
export const answer = (body: unknown, status = 200, headers: Record<string, string> = {}): HttpResponse => ({
  status,
  headers: { "content-type": "application/json", ...headers },
  body: typeof body === "string" ? body : JSON.stringify(body),
});
export const page = (status: number): HttpResponse =>
  answer("<html><head><title>Object moved</title></head></html>", status, {
    "content-type": "text/html; charset=utf-8",
  });

/** A job whose token endpoint gives these answers, one a request. */
export class Job {
  readonly clock = new FakeClock();
  readonly requests: HttpRequest[] = [];
  readonly debugLog: string[] = [];
  readonly infoLog: string[] = [];
  readonly answers: HttpResponse[];

  constructor(...answers: HttpResponse[]) {
    this.answers = answers;
  }

  ask(overrides: Partial<AzureDevOpsIdTokenRequest> = {}): Promise<string> {
    return this.clock.running(
      requestAzureDevOpsIdToken({
        variables: {
          oidcRequestUri: URI,
          collectionUri: "https://dev.azure.com/example-org/",
          projectId: "b94c",
          hostType: "build",
          planId: "p1",
          jobId: "j1",
        },
        jobToken: "job-token-value",
        connectionId: undefined,
        clock: this.clock,
        send: (request) => {
          this.requests.push(request);
          const next = this.answers.shift();
          return next === undefined
            ? Promise.reject(new Error("one request too many"))
            : Promise.resolve(next);
        },
        debug: (line) => this.debugLog.push(line),
        info: (line) => this.infoLog.push(line),
        ...overrides,
      }),
    );
  }

  /** The error of {@link ask}, which must be one of ours. */
  async refusal(overrides: Partial<AzureDevOpsIdTokenRequest> = {}): Promise<SecretlessError> {
    const error: unknown = await this.ask(overrides).then(
      () => undefined,
      (reason: unknown) => reason,
    );
    assert.ok(error instanceof SecretlessError, String(error));
    return error;
  }

  entraToken(secondsLeft: number, mark = ""): string {
    const exp = this.clock.now() / 1000 + secondsLeft;
    return jwt({ sub: "/eid1/c/pub/t/x/a/y/sc/o/c", exp, mark });
  }
}

export const PIPELINE = jwt({ sub: "p://example-org/lake/deploy", exp: 1 });
export const LEGACY = jwt({ sub: "sc://example-org/lake/databricks-legacy", exp: 1 });
