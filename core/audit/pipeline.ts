import { PIPELINE_CLAIMS, type PipelineClaims } from "../ci/pipeline-claims.ts";

/** An ID token's claims, with who issued it for whom where that is known. */
type Presented = PipelineClaims & { readonly issuer?: string; readonly subject?: string };

/**
 * What an ID token says about the pipeline, for {@link AuditLog.identify}. `claims` tells what it is worth: verified by
 * whoever took the token (or by us, against the issuer's keys), or only presented.
 */
export function pipelineOf(token: Presented, worth: "verified" | "presented"): Record<string, string> {
  const names = ["issuer", "subject", ...PIPELINE_CLAIMS] as const;
  const said = names.flatMap((name) => {
    const value = token[name];
    return value === undefined ? [] : [[name, value] as const];
  });
  return { ...Object.fromEntries(said), claims: worth };
}
