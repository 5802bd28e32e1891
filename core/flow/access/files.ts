import { readAccessFiles } from "../../access/plan/plan.ts";
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { AccessFiles } from "../../access/plan/request.ts";
import { asksForClaims, type Evidence } from "../../access/plan/policy.ts";
import { scopesByTarget, type Policy } from "../../access/files/policy-shape.ts";
import type { SourceFile } from "../../base/yaml/yaml-file.ts";
import { allRight } from "../../base/all-right.ts";
import { readCheckoutText, readNamedFile, RefusedFile, textOf } from "../../base/checkout-file.ts";
import { isInside, pathForPeople } from "../../base/paths.ts";
import type { Platform } from "../../base/ports.ts";
import { SecretlessError } from "../../base/errors.ts";
import { checkedOutCommit } from "../../base/git/checkout.ts";
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

/** What the policy file says of the scan: secret scopes that jobs of each target may read, and exceptions. */
export interface ScanPolicy {
  readonly scopes: ReturnType<typeof scopesByTarget>;
  readonly exceptions: NonNullable<Policy["scan"]>["exceptions"];
}

export function scanPolicy({ files }: AccessSource): ScanPolicy | undefined {
  const policy = files.policy?.policy;
  return policy && { scopes: scopesByTarget(policy), exceptions: policy.scan?.exceptions };
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
        ? sourceFile(path.join(bundleRoot, "access.yml"), step, "access-file", bundleRoot)
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
    policy && {
      ...policy,
      insideCheckout: await comesAlong(checkout, path.resolve(checkout, policy.path), ports.platform),
    },
  );
  const asked = access !== undefined && asksForClaims(files.policy);
  const claims = asked ? (await pipeline()).claims : {};
  return { declared: access !== undefined, files, evidence: { claims, selfReported }, owner };
}

async function named(step: Step, input: FileInput, value: string): Promise<SourceFile> {
  const found = await sourceFile(path.resolve(step.ci.context.checkout, value), step, input);
  if (found !== undefined) return found;
  throw unusable(input, `There is no file ${value} (input \`${input}\`).`);
}

/**
 * A file by its path relative to the checkout where it is inside; undefined if there is none. One inside must really be
 * there; one outside was named by the workflow, and may lie where it wants.
 */
async function sourceFile(
  file: string,
  { ci, ports: { platform } }: Pick<Step, "ci" | "ports">,
  input: FileInput,
  bundleRoot?: string,
): Promise<SourceFile | undefined> {
  const { checkout } = ci.context;
  const inside = isInside(file, checkout, platform);
  const bounds = inside ? checkout : bundleRoot;
  const shown = pathForPeople(file, checkout, platform);
  try {
    const text = bounds
      ? await readCheckoutText(file, { checkout: bounds, platform })
      : await readNamedFile(file).then((bytes) => bytes && textOf(bytes));
    return text === undefined ? undefined : { path: shown, text };
  } catch (error) {
    if (error instanceof RefusedFile) throw unusable(input, `${shown} is not read: it ${error.message}.`);
    const { code = String(error) } = error as NodeJS.ErrnoException;
    throw unusable(input, `${shown} cannot be read (${code}).`);
  }
}

function unusable(input: FileInput, problem: string): SecretlessError {
  return new SecretlessError(input === "access-file" ? "ACCESS_FILE_INVALID" : "POLICY_FILE_INVALID", {
    problem,
    remedy: `Correct \`${input}\`: the path of a regular file, relative to the checkout or absolute.`,
  });
}

/**
 * Whether a file comes with the checkout, by the names of both without links: a link leads to a folder of the checkout
 * under any name. One in the checkout of another repository, which lies in a folder below, does
 * not: no commit can bring a folder `.git` along (a submodule has a file of that name, and is chosen by a commit).
 */
async function comesAlong(checkout: string, named: string, platform: Platform): Promise<boolean> {
  const [root, file] = await Promise.all([realpath(checkout), realpath(named)]);
  if (!isInside(file, root, platform)) return false;
  for (let folder = path.dirname(file); ; folder = path.dirname(folder)) {
    if (path.relative(root, folder) === "") return true;
    if (path.dirname(folder) === folder) return false;
    const git = await stat(path.join(folder, ".git")).catch(() => undefined);
    if (git?.isDirectory() === true) return false;
  }
}
