import type { SecurableGrant } from "../kinds/kind.ts";
import { securableKey, shown, type EffectiveGrant, type Securable } from "../kinds/securable.ts";
import type { BundleFacts, BundleJob } from "../bundle-facts.ts";
import type { Policy } from "../files/policy-shape.ts";
import { inParallel } from "../../api/paging.ts";
import { SERVICE_CREDENTIALS } from "../kinds/unity-catalog-credential.ts";
import { actorPoints } from "./actors.ts";
import { bundleGrants, lentByBundle, usersRemaining, type BundleGrants } from "./bundle-grants.ts";
import { readClusters, sharedClusters, type ClusterFacts } from "./clusters.ts";
import { codePoints, codeReader } from "./code.ts";
import { computePoints } from "./compute.ts";
import {
  credentialPoints,
  readMetastoreOwner,
  readSecurableUsers,
  type SecurableUsers,
} from "./credential.ts";
import { readElsewhere } from "./elsewhere.ts";
import type { JobListing } from "./job-listing.ts";
import { principalPoints } from "./principal.ts";
import { readPrincipals, type PrincipalFacts } from "./principals.ts";
import { claim, type ScopeProof } from "./proof.ts";
import { known, unknown, type Eyes, type Reading, type When } from "./reading.ts";
import { readRunners, withBundle } from "./runners.ts";
import { readTwins, twinPoints, type TwinFacts } from "./twins.ts";
import { readAdmins, readDeployer, readTokens } from "./workspace-admins.ts";

export interface ProofRequest<W extends When = When> {
  readonly eyes: Eyes<W>;
  /** What jobs the workspace has, as everybody who asks in this run is told. */
  readonly listing: JobListing;
  /** "before" while the bundle is yet to be deployed; after that its jobs are as asDeployed() read them. */
  readonly before: (W & "before") | undefined;
  readonly bundle: BundleFacts;
  /** Application ID of the deploying service principal. */
  readonly deployer: string;
  readonly accountId: string | undefined;
  readonly policy: Policy | undefined;
  /** The jobs to prove, each with the credentials, secrets and connections of Unity Catalog that its access goes through. */
  readonly needs: ReadonlyMap<string, readonly Securable[]>;
  /** What this run grants, and what it withdraws before it grants anything. */
  readonly coming: readonly SecurableGrant[];
  readonly leaving: readonly SecurableGrant[];
}

type Grants = Pick<ProofRequest, "coming" | "leaving">;

/** The users of a securable as they will be when this run has ended. */
function usersAfterwards(
  securable: Securable,
  users: readonly EffectiveGrant[],
  { coming, leaving }: Grants,
): readonly EffectiveGrant[] {
  const { privilege } = securable.of;
  const of = (grants: readonly SecurableGrant[]): readonly string[] =>
    grants
      .filter((grant) => securableKey(grant) === securableKey(securable))
      .map(({ principal }) => principal);
  const gone = new Set(of(leaving));
  const staying = users.filter(
    (user) => user.privilege !== privilege || user.inheritedFrom !== "" || !gone.has(user.principal),
  );
  const present = new Set(staying.map(({ principal }) => principal));
  const added = [...new Set(of(coming))].filter((principal) => !present.has(principal));
  const asUser = (principal: string): EffectiveGrant => ({ principal, privilege, inheritedFrom: "" });
  return [...staying, ...added.map(asUser)];
}

function afterwards<W extends When>(
  reading: Reading<SecurableUsers, W>,
  grants: Grants,
  proposed: readonly BundleGrants[],
): Reading<SecurableUsers, W> {
  if (reading.state !== "known") return reading;
  const users = usersRemaining(reading.value, reading.value.users, proposed);
  return known({ ...reading.value, users: usersAfterwards(reading.value, users, grants) });
}

function twinsAfterwards<W extends When>(
  reading: Reading<TwinFacts<W>, W>,
  grants: Grants,
): Reading<TwinFacts<W>, W> {
  if (reading.state !== "known") return reading;
  const twins = reading.value.twins.map((twin) =>
    twin.users.state === "known"
      ? {
          ...twin,
          users: known(
            usersAfterwards({ of: SERVICE_CREDENTIALS, name: twin.name }, twin.users.value, grants),
          ),
        }
      : twin,
  );
  return known({ ...reading.value, twins });
}

/** Jobs of the bundle that policy puts in one group with the job of that key. */
export function matesOf(key: string, bundle: BundleFacts, policy: Policy | undefined): readonly BundleJob[] {
  const groups = (policy?.shared_principals ?? []).filter((group) => group.includes(key));
  const keys = new Set(groups.flat());
  return bundle.jobs.filter((other) => other.key !== key && keys.has(other.key));
}

function principalOf(job: BundleJob): string {
  return job.runAs.kind === "service_principal" ? job.runAs.applicationId : "";
}

/**
 * Proves how well access stays with each job. Reads only; the answer is by key of the job. Requests: pages of the
 * workspace's listings, and what docs/access.md says of each check for each job, principal and credential.
 */
export async function proveScopes<W extends When>(
  request: ProofRequest<W>,
): Promise<ReadonlyMap<string, ScopeProof<W>>> {
  const { eyes, before, bundle, deployer, accountId, policy, needs } = request;
  const jobs = bundle.jobs.filter((job) => needs.has(job.key));
  if (jobs.length === 0) return new Map();
  const clusterIds = jobs.flatMap((job) => sharedClusters(job.settings));
  const metastoreOwner = await readMetastoreOwner(eyes);
  const [listed, identities, tokens, admins, deployerIsAdmin, credentials, clusters] = await Promise.all([
    readRunners(eyes, request.listing, clusterIds.length > 0),
    readPrincipals(
      eyes,
      accountId,
      jobs.map(principalOf).filter((principal) => principal !== ""),
    ),
    readTokens(eyes),
    readAdmins(eyes),
    deployer === "" ? known(false) : readDeployer(eyes, deployer),
    readSecurableUsers(eyes, [...needs.values()].flat(), metastoreOwner),
    readClusters(eyes, clusterIds),
  ]);
  const cloudIdentities = new Map(
    [...credentials.values()].flatMap((one) =>
      one.state === "known" && one.value.identity !== "" ? [[one.value.name, one.value.identity]] : [],
    ),
  );
  const code = codeReader(eyes, bundle.filePath, metastoreOwner);
  const numericIds = [...identities.values()].flatMap(({ numericId: id }) =>
    id.state === "known" && id.value !== undefined ? [id.value] : [],
  );
  const [elsewhere, allTwins, codes] = await Promise.all([
    readElsewhere(eyes, accountId, bundle.workspaceId, new Set(numericIds)),
    readTwins(eyes, cloudIdentities, metastoreOwner),
    inParallel(jobs, (job) => {
      const shared = sharedClusters(job.settings).flatMap((id): readonly ClusterFacts[] => {
        const reading = clusters.get(id);
        return reading?.state === "known" ? [reading.value] : [];
      });
      return code(codeSubject(job, before), shared);
    }),
  ]);
  const runners: typeof listed =
    listed.state === "known" ? known(withBundle(listed.value, bundle, before === undefined)) : listed;
  const proposed = before === undefined ? [] : bundleGrants(bundle.config);
  const nobody = unknown("a run-as service principal");
  const noIdentity: PrincipalFacts<W> = {
    numericId: nobody,
    users: nobody,
    secrets: nobody,
    policies: nobody,
  };
  const proofs = jobs.map((job, index): ScopeProof<W> => {
    const principal = principalOf(job);
    const mates = matesOf(job.key, bundle, policy);
    const allowed = new Set([job.key, ...mates.map(({ key }) => key)]);
    const principals = new Set([principal, ...mates.filter(isTrusted(before)).map(principalOf)]);
    principals.delete("");
    const identity = identities.get(principal) ?? noIdentity;
    const used = (needs.get(job.key) ?? []).map((one) =>
      afterwards(credentials.get(securableKey(one)) ?? unknown(shown(one)), request, proposed),
    );
    const ofCode = codes[index] ?? { code: EMPTY, editors: [nobody] };
    const group = mates.length === 0 ? [] : [...allowed].sort();
    return claim({ job: job.key, principal, group }, [
      [
        "principal",
        principalPoints({
          job,
          before,
          principal,
          deployer,
          numericId: identity.numericId,
          runners,
          elsewhere,
          everywhere: policy?.principal_workspaces === "all",
          declared: bundle.jobs,
          allowed,
        }),
      ],
      [
        "actors",
        actorPoints({
          principal,
          deployer,
          identity,
          // Azure's resource IDs are paths.
          azure: (needs.get(job.key) ?? []).some(
            ({ name }) => cloudIdentities.get(name)?.startsWith("/") === true,
          ),
          tokens,
          admins,
          deployerIsAdmin,
          principalUsers: policy?.principal_users ?? [],
          adminsMustBeRestricted: policy?.workspace_admins === "restricted",
        }),
      ],
      [
        "credential",
        [
          ...credentialPoints(used, principals, { workspaceId: bundle.workspaceId, eyes }),
          ...lentByBundle(needs.get(job.key) ?? [], proposed, principals),
        ],
      ],
      ["twins", twinPoints(used, twinsAfterwards(allTwins, request), principals)],
      [
        "compute",
        computePoints({
          settings: job.settings,
          principal,
          clusters: sharedClusters(job.settings).map((id) => clusters.get(id) ?? unknown(`cluster ${id}`)),
          runners,
          allowed,
        }),
      ],
      ["code", codePoints(ofCode, { job: job.key, deployer, before })],
    ]);
  });
  return new Map(proofs.map((proof) => [proof.job, proof]));
}

const EMPTY = {
  paths: [],
  volumes: [],
  objects: [],
  notes: [],
  unproven: [],
  relative: [],
  takesCommands: false,
};

/** After the deployment a mate counts only as the workspace has it. */
function isTrusted(before: "before" | undefined): (job: BundleJob) => boolean {
  return (job) => before !== undefined || job.deployed?.state === "read";
}

function codeSubject<W extends When>(
  { id, settings }: BundleJob,
  before: (W & "before") | undefined,
): Parameters<ReturnType<typeof codeReader<W>>>[0] {
  if (id !== undefined) return { id, settings };
  const unread: Reading<never, W> =
    before === undefined
      ? unknown("a job that the workspace has")
      : { state: "later", why: "the job does not exist yet", when: before };
  return { settings, unread };
}
