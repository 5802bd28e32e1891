import type { AccessEntry } from "../../access/files/access-file.ts";
import { readAccessFiles } from "../../access/plan/plan.ts";
import { realpath, stat } from "node:fs/promises";
import path from "node:path";
import type { AccessFiles } from "../../access/plan/request.ts";
import { asksForClaims, type Evidence } from "../../access/plan/policy.ts";
import { scopesByTarget, type Policy } from "../../access/files/policy-shape.ts";
import { allRight } from "../../base/all-right.ts";
import { SecretlessError } from "../../base/errors.ts";
import { meant } from "../../base/nearest.ts";
import { quote, quoteAll } from "../../base/quote.ts";
import type { BundleTarget } from "../../bundle/host-pin.ts";
import { isInside } from "../../base/paths.ts";
import type { Platform } from "../../base/ports.ts";
import { checkedOutCommit } from "../../base/git/checkout.ts";
import type { PipelineIdentity } from "../../access/state/owner.ts";
import { verifiedPipeline } from "./pipeline.ts";
import type { Step } from "../step.ts";
import { namedFile, userFile } from "../user-file.ts";

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

/**
 * Reads access.yml and policy.yml, whose targets must be the bundle's; where policy asks about the pipeline, proves what its ID token says.
 * @throws SecretlessError `ACCESS_FILE_INVALID`, `POLICY_FILE_INVALID`, `ID_TOKEN_NOT_VERIFIED`
 */
export async function readAccess(
  step: Step,
  bundleRoot: string,
  judged: Promise<BundleTarget | undefined>,
): Promise<AccessSource> {
  const { ci, inputs, ports } = step;
  const { checkout, addresses } = ci.context;
  const concerned = inputs.command.needs.access;
  const [access, policy] = await allRight([
    !concerned
      ? Promise.resolve(undefined)
      : inputs.accessFile === undefined
        ? userFile(path.join(bundleRoot, "access.yml"), step, "access-file", bundleRoot)
        : namedFile(step, "access-file", inputs.accessFile),
    !concerned || inputs.policyFile === undefined
      ? Promise.resolve(undefined)
      : namedFile(step, "policy-file", inputs.policyFile),
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
  await refuseUnknownTargets(files.entries, judged);
  const asked = access !== undefined && asksForClaims(files.policy);
  const claims = asked ? (await pipeline()).claims : {};
  return { declared: access !== undefined, files, evidence: { claims, selfReported }, owner };
}

/**
 * A target that the bundle has not would never be deployed to: access that its misspelt one had would be withdrawn.
 * @throws SecretlessError `ACCESS_FILE_INVALID`
 */
async function refuseUnknownTargets(
  entries: readonly AccessEntry[],
  judged: Promise<BundleTarget | undefined>,
): Promise<void> {
  const bundle = await judged.catch(() => undefined);
  if (bundle === undefined) return;
  const known = bundle.targets;
  const unknown = entries.flatMap(({ targets = [], targetPlaces = [] }) =>
    targets.flatMap((value, at) => (known.includes(value) ? [] : [{ value, place: targetPlaces[at] }])),
  );
  if (unknown.length === 0) return;
  throw new SecretlessError("ACCESS_FILE_INVALID", {
    problem: "The access file names targets that the bundle has not. Nothing was changed.",
    mistakes: unknown.map(({ value, place }) => ({
      problem: `The bundle has no target \`${quote(value)}\`.`,
      expected: quoteAll(known, 30),
      actual: quote(value),
      remedy: [...meant(value, known), "Correct the name, or add the target to the bundle."].join(" "),
      ...(place && { place }),
    })),
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
