import { readAccessFiles } from "../../access/plan/plan.ts";
import { readFile, stat } from "node:fs/promises";
import path from "node:path";
import type { AccessFiles } from "../../access/plan/plan.ts";
import type { Evidence } from "../../access/plan/policy.ts";
import { scopesByTarget } from "../../access/files/policy-shape.ts";
import type { SourceFile } from "../../base/yaml/yaml-file.ts";
import { allRight } from "../../base/all-right.ts";
import { SecretlessError } from "../../base/errors.ts";
import { checkedOutCommit } from "../../base/git/checkout.ts";
import { PIPELINE_CLAIMS } from "../../ci/claims.ts";
import type { PipelineIdentity } from "../../access/state/owner.ts";
import { verifiedPipeline } from "./pipeline.ts";
import type { Step } from "../step.ts";

/** What the user declares about access, and what is known about the pipeline that asks for it. */
export interface AccessSource {
  /** Whether there is an access file; without one, what was granted before is withdrawn. */
  readonly declared: boolean;
  readonly files: AccessFiles;
  readonly evidence: Evidence;
  /** Who this pipeline is, proven when it is first asked for: records of access are bound to it. */
  readonly owner: () => Promise<PipelineIdentity>;
}

/** `scan.scopes` of the policy file: the secret scopes that jobs of each target may read; undefined if it says nothing. */
export function secretScopes({ files }: AccessSource): ReturnType<typeof scopesByTarget> | undefined {
  const policy = files.policy?.policy;
  return policy?.scan && scopesByTarget(policy);
}

type FileInput = "access-file" | "policy-file";

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
  const pipeline = verifiedPipeline(step);
  const owner = async (): Promise<PipelineIdentity> => (await pipeline()).identity;
  if (access === undefined && policy === undefined) {
    const files = { entries: [], policy: undefined };
    return { declared: false, files, evidence: { claims: {}, selfReported }, owner };
  }
  const files = readAccessFiles(
    access,
    policy && { ...policy, insideCheckout: await isInside(checkout, path.resolve(checkout, policy.path)) },
  );
  const asked = access !== undefined && asksForClaims(files);
  const claims = asked ? (await pipeline()).claims : {};
  return { declared: access !== undefined, files, evidence: { claims, selfReported }, owner };
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
