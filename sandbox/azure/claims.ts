import { ENTRA_EXCHANGE_AUDIENCE } from "../../core/ci/azure-devops/subject.ts";
import type { JsonObject } from "../http/json.ts";

/** Which pipeline runs; everything has a default: `deploy-lake` on main in example-org/lake. */
export interface PipelineRun {
  readonly organisation?: string;
  readonly project?: string;
  readonly pipeline?: string;
  /** Full ref, such as `refs/heads/main` or `refs/pull/7/merge`. */
  readonly ref?: string;
  readonly commit?: string;
}

export const ORGANISATION_ID = "3f5d2b7c-8e14-4a69-b0c1-7d92e6a4f538";
export const PROJECT_ID = "b94c61e0-27d5-4f3a-8a1e-5c0f7b3d9e26";

export type CompleteRun = Required<PipelineRun>;

export function completeRun(run: PipelineRun): CompleteRun {
  return {
    organisation: "example-org",
    project: "lake",
    pipeline: "deploy-lake",
    ref: "refs/heads/main",
    commit: "4f1c2d7a9b3e5068c7d4a1f2e8b6093d5c7a1e40",
    ...run,
  };
}

/**
 * The claims of a pipeline's ID token, but for `iss`, `jti` and the times, as seen in real tokens
 * (gravitational/teleport, rfd/0211).
 */
export function pipelineClaims(run: CompleteRun): JsonObject {
  return {
    sub: `p://${run.organisation}/${run.project}/${run.pipeline}`,
    aud: ENTRA_EXCHANGE_AUDIENCE,
    org_id: ORGANISATION_ID,
    prj_id: PROJECT_ID,
    def_id: "17",
    rpo_id: "5e0d4b1a-93c7-4f28-b6e1-0a7c8d2f4953",
    rpo_uri: `https://dev.azure.com/${run.organisation}/${run.project}/_git/lake`,
    rpo_ver: run.commit,
    rpo_ref: run.ref,
    run_id: "4211",
  };
}

/** The same for a service connection of the Azure DevOps issuer. */
export function connectionClaims(run: CompleteRun, connectionName: string): JsonObject {
  return {
    sub: `sc://${run.organisation}/${run.project}/${connectionName}`,
    aud: ENTRA_EXCHANGE_AUDIENCE,
  };
}
