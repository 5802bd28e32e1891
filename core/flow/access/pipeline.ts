import type { PipelineIdentity } from "../../access/state/owner.ts";
import { registerSecret } from "../../base/redact.ts";
import { readClaims } from "../../ci/claims.ts";
import type { PipelineClaims } from "../../ci/pipeline-claims.ts";
import { verifyPipelineToken, type VerifiedToken } from "../../ci/verify.ts";
import { HttpError } from "../../net/http.ts";
import { retry } from "../../net/retry.ts";
import { endpointUnavailable } from "../../net/unavailable.ts";
import { isLoopback } from "../../net/origin.ts";
import type { Step } from "../step.ts";

/** Milliseconds to get and verify the pipeline's ID token, with all tries. */
const EVIDENCE = 60_000;

/** What is proven about the pipeline. */
export interface VerifiedPipeline {
  readonly claims: PipelineClaims & { readonly issuer: string };
  readonly identity: PipelineIdentity;
}

/**
 * Proves what the pipeline's ID token says, once, when it is first asked for.
 * The promise rejects with SecretlessError `ID_TOKEN_NOT_VERIFIED` or `ENDPOINT_UNAVAILABLE`.
 */
export function verifiedPipeline(step: Step): () => Promise<VerifiedPipeline> {
  let verified: Promise<VerifiedPipeline> | undefined;
  return () => (verified ??= verify(step));
}

async function verify({ ci, inputs, ports, signal }: Step): Promise<VerifiedPipeline> {
  const { clock, send } = ports;
  const attempt = async (stop: AbortSignal): Promise<VerifiedToken> => {
    const { token, audience, issuers } = await ci.pipelineToken(stop);
    registerSecret(token);
    const { issuer } = await readClaims(token);
    // The sandbox's: where the approved workspace is on this machine, so may the issuer be.
    const local = [inputs.host, issuer].every(
      (url) => URL.canParse(url) && isLoopback(new URL(url).hostname),
    );
    return verifyPipelineToken(token, {
      audience,
      issuers: local || ci.dialect.isOwnIssuer(issuer, issuers) ? [issuer] : issuers,
      send,
      now: clock.now(),
    });
  };
  try {
    const token = await retry(attempt, { clock, deadline: clock.now() + EVIDENCE, signal });
    return { claims: { ...token.claims, issuer: token.issuer }, identity: identityOf(token) };
  } catch (error) {
    throw error instanceof HttpError
      ? endpointUnavailable("The check of the pipeline's ID token against its issuer's keys", error)
      : error;
  }
}

/** A subject that names an environment may name more (a branch, a workflow): then the environment is what counts. */
function identityOf({ issuer, subject, claims }: VerifiedToken): PipelineIdentity {
  const { environment, repositoryId = "" } = claims;
  const context = environment === undefined ? `subject:${subject}` : `environment:${environment}`;
  return { issuer, repositoryId, context };
}
