import { verifyPipelineToken } from "../../ci/verify.ts";
import { readAccessFiles } from "../../access/plan/plan.ts";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { AccessFiles } from "../../access/plan/plan.ts";
import type { Evidence } from "../../access/plan/policy.ts";
import { scopesByTarget } from "../../access/files/policy-shape.ts";
import type { SourceFile } from "../../base/yaml/yaml-file.ts";
import { allRight } from "../../base/all-right.ts";
import { SecretlessError } from "../../base/errors.ts";
import { endpointUnavailable } from "../../net/unavailable.ts";
import { HttpError } from "../../net/http.ts";
import { checkedOutCommit } from "../../base/git/checkout.ts";
import { PIPELINE_CLAIMS, readClaims, type PipelineClaims } from "../../ci/claims.ts";
import { registerSecret } from "../../base/redact.ts";
import { retry } from "../../net/retry.ts";
import type { Step } from "../step.ts";
import { isLoopback } from "../../net/workspace.ts";

/** What the user declares about access, and what is known about the pipeline that asks for it. */
export interface AccessSource {
  /** Whether there is an access file; without one, what was granted before is withdrawn. */
  readonly declared: boolean;
  readonly files: AccessFiles;
  readonly evidence: Evidence;
}

/** `scan.scopes` of the policy file: the secret scopes that jobs of each target may read; undefined if it says nothing. */
export function secretScopes({ files }: AccessSource): ReturnType<typeof scopesByTarget> | undefined {
  const policy = files.policy?.policy;
  return policy?.scan && scopesByTarget(policy);
}

type FileInput = "access-file" | "policy-file";

/** Milliseconds to get and verify the pipeline's ID token, with all tries. */
const EVIDENCE = 60_000;

/**
 * Reads access.yml and policy.yml; where policy asks about the pipeline, proves what its ID token says.
 * @throws SecretlessError `ACCESS_FILE_INVALID`, `POLICY_FILE_INVALID`, `ID_TOKEN_NOT_VERIFIED`
 */
export async function readAccess(step: Step, bundleRoot: string): Promise<AccessSource> {
  const { ci, inputs, ports } = step;
  const { checkout, addresses } = ci.context;
  const concerned = inputs.command.needs.access;
  const [access, policy] = await allRight([
    !concerned
      ? Promise.resolve(undefined)
      : inputs.accessFile === undefined
        ? sourceFile(path.join(bundleRoot, "access.yml"), checkout, "access-file")
        : named(step, "access-file", inputs.accessFile),
    !concerned || inputs.policyFile === undefined
      ? Promise.resolve(undefined)
      : named(step, "policy-file", inputs.policyFile),
  ]);
  const commit = await checkedOutCommit(checkout);
  const selfReported = { now: ports.clock.now(), addresses, ...(commit !== undefined && { commit }) };
  if (access === undefined && policy === undefined) {
    const files = { entries: [], policy: undefined };
    return { declared: false, files, evidence: { claims: {}, selfReported } };
  }
  const files = readAccessFiles(
    access,
    policy && { ...policy, insideCheckout: await isInside(checkout, path.resolve(checkout, policy.path)) },
  );
  const asked = access !== undefined && asksForClaims(files);
  const claims = asked ? await pipelineClaims(step) : {};
  return { declared: access !== undefined, files, evidence: { claims, selfReported } };
}

async function named({ ci }: Step, input: FileInput, value: string): Promise<SourceFile> {
  const { checkout } = ci.context;
  const found = await sourceFile(path.resolve(checkout, value), checkout, input);
  if (found !== undefined) return found;
  throw unusable(input, `There is no file ${value} (input \`${input}\`).`);
}

/** A file by its path relative to the checkout where it is inside; undefined if there is none. */
async function sourceFile(file: string, checkout: string, input: FileInput): Promise<SourceFile | undefined> {
  const relative = path.relative(checkout, file);
  const outside = relative.startsWith("..") || path.isAbsolute(relative);
  const shown = outside ? file : relative.split(path.sep).join("/");
  try {
    return { path: shown, text: await readFile(file, "utf8") };
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw unusable(input, `${shown} cannot be read: ${message}.`);
  }
}

function unusable(input: FileInput, problem: string): SecretlessError {
  return new SecretlessError(input === "access-file" ? "ACCESS_FILE_INVALID" : "POLICY_FILE_INVALID", {
    problem,
    remedy: `Correct \`${input}\`: a path relative to the checkout, or an absolute one.`,
  });
}

/**
 * Whether a file comes with the checkout. One in the checkout of another repository, which lies in a folder below, does
 * not: no commit can bring a folder `.git` along (a submodule has a file of that name, and is chosen by a commit).
 */
async function isInside(checkout: string, file: string): Promise<boolean> {
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (path.relative(checkout, folder) === "") return true;
    if (path.dirname(folder) === folder) return false;
    const git = await stat(path.join(folder, ".git")).catch(() => undefined);
    if (git?.isDirectory() === true) return false;
  }
}

function asksForClaims({ policy }: AccessFiles): boolean {
  const rules = policy?.policy.rules ?? [];
  return rules.some(({ when }) => PIPELINE_CLAIMS.some((name) => when?.[name] !== undefined));
}

async function pipelineClaims({ ci, inputs, ports, signal }: Step): Promise<PipelineClaims> {
  const { clock, send } = ports;
  const attempt = async (): Promise<PipelineClaims> => {
    const { token, audience, issuers } = await ci.pipelineToken();
    registerSecret(token);
    const { issuer } = await readClaims(token);
    // The sandbox's: where the approved workspace is on this machine, so may the issuer be.
    const local = [inputs.host, issuer].every(
      (url) => URL.canParse(url) && isLoopback(new URL(url).hostname),
    );
    const accepted = local ? [issuer] : issuers;
    const { claims } = await verifyPipelineToken(token, {
      audience,
      issuers: accepted,
      send,
      now: clock.now(),
    });
    return claims;
  };
  try {
    return await retry(attempt, { clock, deadline: clock.now() + EVIDENCE, signal });
  } catch (error) {
    throw error instanceof HttpError
      ? endpointUnavailable("The check of the pipeline's ID token against its issuer's keys", error)
      : error;
  }
}
