import type { CredentialGrant } from "../kinds/kind.ts";
import type { BundleFacts, BundleJob } from "../bundle-facts.ts";
import type { Policy } from "../files/policy-shape.ts";
import { inParallel } from "../../api/paging.ts";
import { readCredentialUsers, type CredentialUsers } from "./credential.ts";
import { editorReader } from "./editors.ts";
import { judgeScope } from "./judge.ts";
import { readPrincipals, type PrincipalFacts } from "./principals.ts";
import type { ScopeProof } from "./proof.ts";
import { known, type Eyes, type Reading } from "./reading.ts";
import { readRunners, withBundle } from "./runners.ts";

export interface ProofRequest {
  readonly eyes: Eyes;
  readonly bundle: BundleFacts;
  /** Whether the bundle is deployed as declared by now. */
  readonly deployed: boolean;
  /** Application ID of the deploying service principal. */
  readonly deployer: string;
  readonly accountId: string | undefined;
  readonly policy: Policy | undefined;
  /** The jobs to prove, each with the Unity Catalog credentials that its access goes through. */
  readonly needs: ReadonlyMap<string, readonly string[]>;
  /** ACCESS that this run grants, and that it withdraws before it grants anything. */
  readonly coming: readonly CredentialGrant[];
  readonly leaving: readonly CredentialGrant[];
}

/** The users of a credential as they will be when this run has ended. */
function afterwards(
  reading: Reading<CredentialUsers>,
  { coming, leaving }: ProofRequest,
): Reading<CredentialUsers> {
  if (reading.state !== "known") return reading;
  const { name, users, managers } = reading.value;
  const of = (grants: readonly CredentialGrant[]): readonly string[] =>
    grants.filter(({ credential }) => credential === name).map(({ principal }) => principal);
  const gone = new Set(of(leaving));
  const staying = users.filter(
    (user) => user.privilege !== "ACCESS" || user.inheritedFrom !== "" || !gone.has(user.principal),
  );
  const present = new Set(staying.map(({ principal }) => principal));
  const added = [...new Set(of(coming))].filter((principal) => !present.has(principal));
  const asUser = (principal: string) => ({ principal, privilege: "ACCESS", inheritedFrom: "" });
  return known({ name, managers, users: [...staying, ...added.map(asUser)] });
}

function matesOf(job: BundleJob, bundle: BundleFacts, policy: Policy | undefined): readonly BundleJob[] {
  const groups = (policy?.shared_principals ?? []).filter((group) => group.includes(job.key));
  const keys = new Set(groups.flat());
  return bundle.jobs.filter((other) => other.key !== job.key && keys.has(other.key));
}

function principalOf(job: BundleJob): string {
  return job.runAs.kind === "service_principal" ? job.runAs.applicationId : "";
}

/** Proves how well access stays with each job. Reads only; the answer is by key of the job. */
export async function proveScopes(request: ProofRequest): Promise<ReadonlyMap<string, ScopeProof>> {
  const { eyes, bundle, deployed, deployer, accountId, policy, needs } = request;
  const jobs = bundle.jobs.filter((job) => needs.has(job.key));
  if (jobs.length === 0) return new Map();
  const principals = jobs.map(principalOf).filter((principal) => principal !== "");
  const editorsOf = editorReader(eyes, bundle);
  const [listed, identities, credentials, editors] = await Promise.all([
    readRunners(eyes),
    readPrincipals(eyes, accountId, principals),
    readCredentialUsers(eyes, [...needs.values()].flat()),
    inParallel(jobs, editorsOf),
  ]);
  const runners = listed.state === "known" ? known(withBundle(listed.value, bundle, deployed)) : listed;
  const nobody: Reading<never> = { state: "unknown", missingRight: "a run-as service principal" };
  const noIdentity: PrincipalFacts = { users: nobody, secrets: nobody, policies: nobody };
  const proofs = jobs.map((job, index) =>
    judgeScope({
      job,
      principal: principalOf(job),
      deployer,
      runners,
      declared: bundle.jobs,
      identity: identities.get(principalOf(job)) ?? noIdentity,
      editors: editors[index] ?? nobody,
      credentials: (needs.get(job.key) ?? []).map((name) =>
        afterwards(credentials.get(name) ?? nobody, request),
      ),
      mates: matesOf(job, bundle, policy),
      principalUsers: policy?.principal_users ?? [],
    }),
  );
  return new Map(proofs.map((proof) => [proof.job, proof]));
}
