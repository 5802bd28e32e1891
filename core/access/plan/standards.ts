import type { PointName, ScopeProof } from "../scope/proof.ts";
import { worst } from "../scope/proof.ts";
import type { AccessPlan } from "./plan.ts";
import type { Grade } from "./policy.ts";

export type StandardStatus = "enforced" | "unproven" | "violated";

/** What a run has found about one item of a standard. */
export interface StandardRow {
  /** Such as "NHI9" or "PR.AA-05". */
  readonly item: string;
  readonly title: string;
  readonly status: StandardStatus;
  /** Why, in one sentence: what was found. */
  readonly because: string;
}

/** What a run has found out. undefined: that part did not look, and says nothing. */
export interface StandardsEvidence {
  /** Findings of the scan, by their own item of the OWASP list. */
  readonly findings: ReadonlyMap<string, number> | undefined;
  readonly cli: { readonly version: string; readonly pinned: boolean; readonly verified: string } | undefined;
  /** Code of others in jobs that is not pinned, such as `jobs.nightly: library requests`; only where all was seen. */
  readonly unpinned: readonly string[] | undefined;
  /** The ID token that was exchanged. */
  readonly idToken:
    | {
        readonly subject: string;
        /** The event of the run, if somebody without write access can cause it. */
        readonly openTo: string | undefined;
        /** Whether what trusts it names this one subject; undefined if it may be a pattern. */
        readonly exact: true | undefined;
        readonly environment: string | undefined;
      }
    | undefined;
  /** Application ID of the principal that the workspace has answered as. */
  readonly principal: string | undefined;
  /** The last examination of access; undefined without any. */
  readonly access: AccessPlan | undefined;
}

type Found = Omit<StandardRow, "item" | "title">;
type Look = (evidence: StandardsEvidence) => readonly (Found | undefined)[];

const STATUS: Readonly<Record<Grade, StandardStatus>> = {
  proven: "enforced",
  unproven: "unproven",
  broken: "violated",
};

/** Points of the proofs, the weakest of which decides; what is only seen after the deployment is unproven before it. */
const points =
  (...names: readonly PointName[]): Look =>
  ({ access }) => {
    const proofs: readonly ScopeProof[] = [...(access?.proofs.values() ?? [])];
    const found = proofs.flatMap(({ job, checks }) =>
      checks
        .flatMap((check) => check.points)
        .filter(({ point }) => names.includes(point))
        .map(({ grade, later, says }) => ({
          job,
          says,
          grade: later && grade === "proven" ? "unproven" : grade,
        })),
    );
    if (found.length === 0) return [undefined];
    const grade = worst(found.map((one) => one.grade));
    const shown = found.filter((one) => one.grade === grade).slice(0, 3);
    const jobs = proofs.length === 1 ? "the one job" : `all ${proofs.length} jobs`;
    const because =
      grade === "proven"
        ? `holds for ${jobs} with access`
        : shown.map(({ job, says }) => `${job}: ${says}`).join("; ");
    return [{ status: STATUS[grade], because }];
  };

/** What the scan has found under one item. */
const findings =
  (item: string): Look =>
  ({ findings: all }) => {
    if (all === undefined) return [undefined];
    const count = all.get(item) ?? 0;
    if (count === 0)
      return [{ status: "enforced", because: "the scan of what is deployed has no finding of it" }];
    return [{ status: "violated", because: `${count} finding${count === 1 ? "" : "s"} of the scan` }];
  };

const offboarding: Look = ({ access }) => {
  if (access === undefined) return [undefined];
  const over = access.changes.filter(({ action }) => action === "withdraw").length;
  const kept = access.changes.filter(
    ({ decision, action }) => decision?.effect === "deny" && action === "unchanged",
  );
  if (kept.length > 0)
    return [
      { status: "violated", because: `${kept.length} grants are no longer allowed and kept by the policy` },
    ];
  const because =
    over === 0
      ? "no grant of this bundle is without a declaration"
      : `${over} grants to withdraw, or withdrawn`;
  return [{ status: "enforced", because }];
};

const tool: Look = ({ cli }) => {
  if (cli === undefined) return [undefined];
  const because = `Databricks CLI ${cli.version}: ${cli.verified}`;
  return [{ status: cli.pinned ? "enforced" : "violated", because }];
};

const thirdParties: Look = ({ unpinned }) => {
  if (unpinned === undefined) return [undefined];
  if (unpinned.length === 0)
    return [{ status: "enforced", because: "jobs install nothing of others that is not pinned" }];
  const shown = unpinned.slice(0, 3).join("; ");
  const more = unpinned.length > 3 ? ` and ${unpinned.length - 3} more` : "";
  return [{ status: "violated", because: `not pinned: ${shown}${more}` }];
};

const subject: Look = ({ idToken }) => {
  if (idToken === undefined) return [undefined];
  const { openTo, exact, subject: name } = idToken;
  if (openTo !== undefined)
    return [
      { status: "violated", because: `anybody can cause the event ${openTo}, which has the subject ${name}` },
    ];
  if (exact) return [{ status: "enforced", because: `one exact subject is trusted: ${name}` }];
  return [
    { status: "unproven", because: `what trusts ${name} may be a pattern, which this run cannot read` },
  ];
};

const environment: Look = ({ idToken }) => {
  if (idToken === undefined) return [undefined];
  const { environment: name } = idToken;
  return name === undefined
    ? [{ status: "unproven", because: "the ID token names no environment" }]
    : [{ status: "enforced", because: `the ID token is that of the environment ${name}` }];
};

const rights: Look = ({ access }) => {
  const granted =
    access?.changes.filter(({ phase, decision }) => phase === "granted" && decision !== undefined) ?? [];
  if (access === undefined || granted.length === 0) return [undefined];
  const denied = granted.filter(({ decision }) => decision?.effect === "deny");
  if (denied.length > 0)
    return [
      {
        status: "violated",
        because: `${denied.length} of ${granted.length} grants are denied by the policy`,
      },
    ];
  return access.policy === undefined
    ? [{ status: "unproven", because: `${granted.length} grants, and no policy file says what is too much` }]
    : [
        {
          status: "enforced",
          because: `each of ${granted.length} grants is allowed by a rule of ${access.policy.path}`,
        },
      ];
};

const policy: Look = ({ access }) => {
  if (access === undefined || access.proofs.size === 0) return [undefined];
  if (access.policy === undefined) return [{ status: "unproven", because: "there is no policy file" }];
  const { path, sha256, insideCheckout } = access.policy;
  const because = `decided by ${path} (sha256 ${sha256.slice(0, 12)})`;
  if (!insideCheckout) return [{ status: "enforced", because }];
  return [{ status: "unproven", because: `${because}, which whoever edits the bundle can edit` }];
};

const separation: Look = ({ access }) => {
  if (access === undefined || access.proofs.size === 0) return [undefined];
  if (access.apart)
    return [
      { status: "enforced", because: `trust is registered by ${access.registrarId}, in a job of its own` },
    ];
  const because = access.selfRegistered
    ? "unseparated: the deployer itself registers trust"
    : `unseparated: ${access.registrarId} registers trust in the step that deploys, where code of the bundle can become it`;
  return [{ status: "violated", because }];
};

const authenticated: Look = ({ principal, idToken }) => {
  if (principal === undefined || idToken === undefined) return [undefined];
  return [
    {
      status: "enforced",
      because: `the workspace has answered as ${principal}, the principal that was asked for`,
    },
  ];
};

const assertions: Look = ({ principal, idToken }) => {
  if (principal === undefined || idToken === undefined) return [undefined];
  return [
    { status: "enforced", because: `the token endpoint has verified the ID token of ${idToken.subject}` },
  ];
};

/** Each item with what is looked at; the mapping is ours, and docs/standards.md says it. */
const ITEMS: readonly (readonly [item: string, title: string, looks: readonly Look[]])[] = [
  ["NHI1", "Improper offboarding", [offboarding]],
  ["NHI2", "Secret leakage", [findings("NHI2")]],
  ["NHI3", "Vulnerable third-party NHI", [tool, thirdParties]],
  ["NHI4", "Insecure authentication", [authenticated, findings("NHI4")]],
  ["NHI5", "Overprivileged NHI", [rights]],
  ["NHI6", "Insecure cloud deployment configurations", [subject]],
  ["NHI7", "Long-lived secrets", [points("oauth-secrets", "tokens"), findings("NHI7")]],
  [
    "NHI8",
    "Environment isolation",
    [environment, points("isolation", "federation-policies"), findings("NHI8")],
  ],
  ["NHI9", "NHI reuse", [points("exclusive", "other-workspaces", "credential-users", "twins", "compute")]],
  ["NHI10", "Human use of NHI", [points("run-as", "principal-users", "workspace-admins")]],
  [
    "PR.AA-01",
    "Identities and credentials are managed",
    [points("run-as", "oauth-secrets", "tokens", "federation-policies")],
  ],
  ["PR.AA-03", "Services are authenticated", [authenticated]],
  ["PR.AA-04", "Identity assertions are protected and verified", [assertions]],
  ["PR.AA-05", "Permissions are defined, enforced and reviewed", [policy]],
  ["PR.AA-05", "Separation of duties", [separation]],
];

const ORDER: readonly StandardStatus[] = ["enforced", "unproven", "violated"];

/**
 * OWASP Non-Human Identities Top 10 (2025) and NIST CSF 2.0, category PR.AA: one row for each item about which this run
 * has found something, as bad as the worst of it. It states what this deployment does, not what the organisation does.
 */
export function standardsTable(evidence: StandardsEvidence): readonly StandardRow[] {
  return ITEMS.flatMap(([item, title, looks]) => {
    const found = looks.flatMap((look) => look(evidence)).filter((one) => one !== undefined);
    if (found.length === 0) return [];
    const at = Math.max(...found.map(({ status }) => ORDER.indexOf(status)));
    const status = ORDER[at] ?? "violated";
    const shown = found.filter((one) => one.status === status);
    return [{ item, title, status, because: shown.map(({ because }) => because).join("; ") }];
  });
}
