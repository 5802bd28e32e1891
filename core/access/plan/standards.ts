import type { AccessPlan } from "./plan.ts";
import type { PointName, ScopeProof } from "../scope/proof.ts";
import { worst } from "../scope/proof.ts";
import type { Grade } from "./policy.ts";

/** What a deployment does about one item of a standard. */
export interface StandardRow {
  /** Such as "NHI9" or "PR.AA-05". */
  readonly item: string;
  readonly title: string;
  readonly status: "enforced" | "unproven" | "violated" | "not checked";
  /** Why, in one sentence. */
  readonly because: string;
}

/** What other parts of the run found out; undefined: they did not look. */
export interface OtherFindings {
  /** Static credentials found in sources and configuration (core/scan). */
  readonly credentials: number | undefined;
  /** Whether the CI's subject is exact, not a pattern. */
  readonly exactSubject: boolean | undefined;
  /** Whether the Databricks CLI was installed by its hash. */
  readonly pinnedCli: boolean | undefined;
}

const STATUS: Readonly<Record<Grade, StandardRow["status"]>> = {
  proven: "enforced",
  unproven: "unproven",
  broken: "violated",
};

function fromChecks(
  proofs: readonly ScopeProof[],
  names: readonly PointName[],
): Omit<StandardRow, "item" | "title"> {
  const checks = proofs.flatMap((proof) =>
    proof.checks
      .flatMap(({ points }) => points)
      .filter(({ point }) => names.includes(point))
      .map((check) => ({ job: proof.job, ...check })),
  );
  if (checks.length === 0) return { status: "not checked", because: "no access is declared" };
  const grade = worst(checks.map((check) => check.grade));
  if (grade === "proven" && checks.some(({ later }) => later)) {
    return { status: "not checked", because: "checked after the deployment" };
  }
  const shown = checks.filter((check) => check.grade === grade).slice(0, 3);
  const because =
    grade === "proven"
      ? `holds for ${proofs.length === 1 ? "the one job" : `all ${proofs.length} jobs`} with access`
      : shown.map(({ job, says }) => `${job}: ${says}`).join("; ");
  return { status: STATUS[grade], because };
}

function fromFact(fact: boolean | undefined, yes: string, no: string): Omit<StandardRow, "item" | "title"> {
  if (fact === undefined) return { status: "not checked", because: "this run did not look" };
  return fact ? { status: "enforced", because: yes } : { status: "violated", because: no };
}

/**
 * OWASP Non-Human Identities Top 10 (2025) and NIST CSF 2.0, category PR.AA, item by item. The mapping of checks to items
 * is ours; it states what this deployment does, not what the organisation does.
 */
export function standardsTable(plan: AccessPlan, other: OtherFindings): readonly StandardRow[] {
  const proofs = [...plan.proofs.values()];
  const declared = plan.changes.some((change) => change.phase === "granted");
  const { credentials } = other;
  const noSecret = fromFact(
    credentials === undefined ? undefined : credentials === 0,
    "no static credential in sources and configuration",
    `${credentials ?? 0} static credentials found`,
  );
  const policy: Omit<StandardRow, "item" | "title"> =
    plan.policy === undefined
      ? { status: "unproven", because: "there is no policy file" }
      : {
          status: "enforced",
          because: `decided by ${plan.policy.path} (sha256 ${plan.policy.sha256.slice(0, 12)})`,
        };
  const separation: Omit<StandardRow, "item" | "title"> = plan.selfRegistered
    ? { status: "violated", because: "the deployer itself registers trust" }
    : { status: "enforced", because: `trust is registered by ${plan.registrarId} alone` };
  const always = (because: string): Omit<StandardRow, "item" | "title"> => ({ status: "enforced", because });
  const exact = always("issuer, subject, principal and credential are exact; wildcards are refused");
  return [
    {
      item: "NHI1",
      title: "Improper offboarding",
      ...always("trust is withdrawn when the job, the declaration or the date goes"),
    },
    { item: "NHI2", title: "Secret leakage", ...noSecret },
    {
      item: "NHI3",
      title: "Vulnerable third-party NHI",
      ...fromFact(
        other.pinnedCli,
        "the Databricks CLI is pinned by its hash",
        "the Databricks CLI is not pinned",
      ),
    },
    {
      item: "NHI4",
      title: "Insecure authentication",
      ...always("only exchanged ID tokens, bound to issuer, subject and audience"),
    },
    {
      item: "NHI5",
      title: "Overprivileged NHI",
      ...(declared ? exact : { status: "not checked", because: "no access is declared" }),
    },
    {
      item: "NHI6",
      title: "Insecure cloud deployment configurations",
      ...fromFact(
        other.exactSubject,
        "the pipeline's subject is exact",
        "the pipeline's subject is a pattern",
      ),
    },
    { item: "NHI7", title: "Long-lived secrets", ...fromChecks(proofs, ["oauth-secrets", "tokens"]) },
    {
      item: "NHI8",
      title: "Environment isolation",
      ...fromChecks(proofs, ["exclusive", "federation-policies", "isolation"]),
    },
    { item: "NHI9", title: "NHI reuse", ...fromChecks(proofs, ["exclusive", "credential-users", "twins"]) },
    { item: "NHI10", title: "Human use of NHI", ...fromChecks(proofs, ["run-as", "principal-users"]) },
    {
      item: "PR.AA-01",
      title: "Identities and credentials are managed",
      ...fromChecks(proofs, ["run-as", "oauth-secrets", "tokens", "federation-policies"]),
    },
    {
      item: "PR.AA-03",
      title: "Services are authenticated",
      ...always("each token is exchanged for the principal that was asked for, and proven"),
    },
    {
      item: "PR.AA-04",
      title: "Identity assertions are protected and verified",
      ...always("tokens are never stored, logged or sent twice"),
    },
    { item: "PR.AA-05", title: "Permissions are defined, enforced and reviewed", ...policy },
    { item: "PR.AA-05", title: "Separation of duties", ...separation },
  ];
}
