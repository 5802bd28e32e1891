import assert from "node:assert/strict";
import { decodeJwt } from "jose";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import { isObject, textOf } from "../../../sandbox/http/json.ts";
import type { StepResult } from "../../../sandbox/runner/github.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";

const STATE = `/Workspace/Users/${DEPLOYER.applicationId}/.bundle/lakehouse-jobs/prod/state`;

/** The error code that a step failed with. */
export function codeOf({ annotations }: StepResult): string | undefined {
  const errors = annotations.filter(({ level }) => level === "error");
  return errors.map(({ message }) => /^([A-Z_]+): /.exec(message)?.[1]).find(Boolean);
}

/** The text of the error that a step failed with. */
export function errorOf({ annotations }: StepResult): string {
  return annotations.find(({ level }) => level === "error")?.message ?? "";
}

export function assertSucceeded(result: StepResult): void {
  assert.equal(result.exitCode, 0, result.log);
  assert.equal(result.postExitCode, 0, result.log);
}

/** One ID token that arrived at the token endpoint. */
export interface Assertion {
  readonly jti: string;
  /** Milliseconds since the epoch, on the sandbox's clock. */
  readonly arrivedAt: number;
  readonly expiresAt: number;
  readonly status: number | undefined;
}

export function assertionsOf({ requests }: Sandbox): Assertion[] {
  return requests
    .filter(({ path: route }) => route.endsWith("/v1/token"))
    .map(({ body, at, status }) => {
      const { jti = "", exp = 0 } = decodeJwt(isObject(body) ? textOf(body["subject_token"]) : "");
      return { jti, arrivedAt: at, expiresAt: exp * 1000, status };
    });
}

/** No ID token was sent twice, and none after its end. @returns them */
export function assertFreshAssertions(sandbox: Sandbox): Assertion[] {
  const assertions = assertionsOf(sandbox);
  assert.equal(
    new Set(assertions.map(({ jti }) => jti)).size,
    assertions.length,
    "an ID token was sent twice",
  );
  assert.deepEqual(
    assertions.filter(({ arrivedAt, expiresAt }) => arrivedAt >= expiresAt),
    [],
    "an ID token was sent late",
  );
  return assertions;
}

/** The deployment of the example is complete: each job once, its state stored, no lock. */
export function assertDeployed({ workspace }: Sandbox, jobs: readonly string[] = EXAMPLE_JOBS): void {
  const names = [...workspace.jobs.all.values()].map(({ settings }) => textOf(settings["name"])).sort();
  assert.deepEqual(names, [...jobs].sort());
  assert.equal(workspace.files.get(`${STATE}/deploy.lock`), undefined, "the lock is still there");
  assert.ok(workspace.files.get(`${STATE}/resources.json`), "no state was stored");
}

const EXAMPLE_JOBS = ["count-orders", "ingest-orders", "nightly-orders"];
