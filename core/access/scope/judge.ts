import type { BundleJob } from "../bundle-facts.ts";
import type { CredentialUsers } from "./credential.ts";
import type { EditorFacts } from "./editors.ts";
import type { PrincipalFacts } from "./principals.ts";
import { worst, type Check, type CheckName, type ScopeProof } from "./proof.ts";
import type { Reading } from "./reading.ts";
import type { Runner } from "./runners.ts";

/** Everything that was read about one job; judged without any request. */
export interface ScopeFacts {
  readonly job: BundleJob;
  readonly principal: string;
  /** Application ID of the deploying service principal. */
  readonly deployer: string;
  /** As withBundle() shows them. */
  readonly runners: Reading<readonly Runner[]>;
  /** Every job of the bundle: known also where the workspace's listing is not. */
  readonly declared: readonly BundleJob[];
  readonly identity: PrincipalFacts;
  readonly editors: Reading<EditorFacts>;
  readonly credentials: readonly Reading<CredentialUsers>[];
  /** Jobs of the bundle that policy puts in one group with this one; empty if it stands alone. */
  readonly mates: readonly BundleJob[];
  /** `principal_users` of the policy. */
  readonly principalUsers: readonly string[];
}

type Verdict = Omit<Check, "name">;
const proven = (says: string, residual: readonly string[] = []): Verdict => ({
  grade: "proven",
  says,
  ...(residual.length === 0 ? {} : { residual }),
});
const broken = (says: string, remedy: string): Verdict => ({ grade: "broken", says, remedy });

/** A fact that is not known is unproven, unless it is only not known yet. */
function judge<T>(reading: Reading<T>, decide: (value: T) => Verdict): Verdict {
  if (reading.state === "known") return decide(reading.value);
  if (reading.state === "later") {
    return {
      grade: "proven",
      says: `not checked yet: ${reading.why}; checked after the deployment`,
      later: true,
    };
  }
  const { missingRight } = reading;
  return { grade: "unproven", says: `could not be read without ${missingRight}`, missingRight };
}

function runAs({ job, principal, deployer }: ScopeFacts): Verdict {
  if (job.runAs.kind !== "service_principal") {
    const who =
      job.runAs.kind === "deployer"
        ? "the identity that deploys it"
        : `the ${job.runAs.kind} ${job.runAs.name}`;
    const remedy = `Set run_as.service_principal_name of job "${job.key}" to a service principal of its own.`;
    return broken(`the job runs as ${who}`, remedy);
  }
  if (principal === deployer.toLowerCase()) {
    return broken(
      "the job runs as the deployer, who also deploys every other job",
      "Give the job a principal of its own.",
    );
  }
  return proven(`runs as service principal ${principal}`);
}

const APART =
  "Give each of them a principal of its own, or name the jobs under shared_principals in the policy.";

function exclusive({ job, principal, runners, declared, mates }: ScopeFacts): Verdict {
  const allowed = new Set([job.key, ...mates.map((mate) => mate.key)]);
  const borrowers = declared.filter(
    ({ key, runAs }) =>
      !allowed.has(key) && runAs.kind === "service_principal" && runAs.applicationId === principal,
  );
  if (runners.state !== "known" && borrowers.length > 0) {
    return broken(`also runs as it: ${borrowers.map(({ key }) => `job "${key}"`).join(", ")}`, APART);
  }
  return judge(runners, (all) => {
    const self = all.find((runner) => runner.key === job.key);
    if (self !== undefined && self.principal !== principal) {
      const says = `the deployed job runs as ${self.principal || "its owner"}, not as declared`;
      return broken(says, "Deploy the bundle again, and find out who changed the job.");
    }
    const strangers = all.filter(
      (runner) => runner.principal === principal && !allowed.has(runner.key ?? ""),
    );
    if (strangers.length === 0) return proven("the workspace lists nothing else that runs as it");
    const shown = strangers.slice(0, 5).map(({ type, name, id }) => `${type} "${name}" (${id})`);
    const more = strangers.length > shown.length ? ` and ${strangers.length - shown.length} more` : "";
    return broken(`also runs as it: ${shown.join(", ")}${more}`, APART);
  });
}

const RULE_SET_PREFIX: Readonly<Record<string, string>> = {
  user: "users",
  group: "groups",
  service_principal: "servicePrincipals",
};

/** `group:admins` of policy.yml as rule sets write it: `groups/admins`. */
function ruleSetName(user: string): string {
  const at = user.indexOf(":");
  return `${RULE_SET_PREFIX[user.slice(0, at)] ?? ""}/${user.slice(at + 1)}`.toLowerCase();
}

function principalUsers({ identity, deployer, principalUsers: allowed, principal }: ScopeFacts): Verdict {
  const names = new Set(allowed.map(ruleSetName));
  const own = `serviceprincipals/${deployer.toLowerCase()}`;
  return judge(identity.users, (holders) => {
    const users = holders
      .filter(({ role }) => role === "roles/servicePrincipal.user")
      .map(({ principal: who }) => who);
    const strangers = users.filter((who) => !names.has(who.toLowerCase()) && who.toLowerCase() !== own);
    if (strangers.length > 0) {
      const remedy = `Take servicePrincipal.user on ${principal} from them, or name them under principal_users in the policy.`;
      return broken(`may act as it: ${strangers.join(", ")}`, remedy);
    }
    const managers = holders.filter(({ role }) => role === "roles/servicePrincipal.manager");
    const residual = [
      ...users.map((who) => `${who} may act as it`),
      ...managers.map(({ principal: who }) => `${who} manages it and could let itself act as it`),
    ];
    return proven("nobody else holds servicePrincipal.user on it", residual);
  });
}

function oauthSecrets({ identity, principal }: ScopeFacts): Verdict {
  return judge(identity.secrets, (ids) =>
    ids.length === 0
      ? proven("it has no OAuth secret")
      : broken(
          `it has ${ids.length} OAuth secret${ids.length === 1 ? "" : "s"}: whoever holds one is this principal`,
          `Delete the OAuth secrets of service principal ${principal} (${ids.join(", ")}).`,
        ),
  );
}

function federationPolicies({ identity, principal }: ScopeFacts): Verdict {
  return judge(identity.policies, (policies) => {
    if (policies.length === 0) return proven("it has no federation policy");
    const shown = policies.map(({ id, issuer, subject }) => `${id} (${issuer}, ${subject})`).join(", ");
    const remedy = `Delete the federation policies of service principal ${principal}: a principal for runs needs none.`;
    return broken(`workloads outside can sign in as it: ${shown}`, remedy);
  });
}

/** Groups that everybody is in. */
const EVERYBODY: ReadonlySet<string> = new Set(["users", "account users"]);

function editors({ editors: reading, deployer, job }: ScopeFacts): Verdict {
  return judge(reading, ({ editors: all, notes }) => {
    const everybody = all.filter(({ who }) => EVERYBODY.has(who));
    if (everybody.length > 0) {
      const shown = [
        ...new Set(everybody.map(({ who, level, through }) => `"${who}" (${level}, ${through})`)),
      ];
      const remedy = `Take these rights away, so that only those who may use the access can change job "${job.key}".`;
      return broken(`every user may change what the job runs: ${shown.join(", ")}`, remedy);
    }
    const others = all.filter(({ who }) => who.toLowerCase() !== deployer.toLowerCase());
    const residual = [
      ...others.map(({ who, level, through }) => `${who} has ${level} (${through})`),
      ...notes,
    ];
    return proven("the list of those who may change it is complete", [...new Set(residual)]);
  });
}

function credential({ credentials, principal, mates }: ScopeFacts): Verdict {
  const allowed = new Set([principal]);
  for (const { runAs: mate } of mates) if (mate.kind === "service_principal") allowed.add(mate.applicationId);
  const verdicts = credentials.map((reading) =>
    judge(reading, ({ name, users, managers }) => {
      const strangers = users.filter((user) => !allowed.has(user.principal.toLowerCase()));
      if (strangers.length > 0) {
        const shown = strangers.map((user) => {
          const from = user.inheritedFrom === "" ? "" : `, from ${user.inheritedFrom}`;
          return `${user.principal} (${user.privilege}${from})`;
        });
        const remedy = `Revoke it from them, or give the job its own credential instead of "${name}".`;
        return broken(`credential "${name}" can also be used by ${shown.join(", ")}`, remedy);
      }
      return proven(
        `no other user of credential "${name}"`,
        managers.map((who) => `${who} could grant itself "${name}"`),
      );
    }),
  );
  const grade = worst(verdicts.map((verdict) => verdict.grade));
  const decisive = verdicts.find((verdict) => verdict.grade === grade) ?? proven("no credential is used");
  if (grade !== "proven") return decisive;
  const says = [...new Set(verdicts.map((verdict) => verdict.says))].join("; ") || decisive.says;
  const later = verdicts.some((verdict) => verdict.later) ? ({ later: true } as const) : {};
  return { ...proven(says, [...new Set(verdicts.flatMap((verdict) => verdict.residual ?? []))]), ...later };
}

const JUDGES: Readonly<Record<CheckName, (facts: ScopeFacts) => Verdict>> = {
  "run-as": runAs,
  exclusive,
  "principal-users": principalUsers,
  "oauth-secrets": oauthSecrets,
  "federation-policies": federationPolicies,
  editors,
  credential,
};

/** Judges the whole chain of one job; its grade is that of the weakest link. */
export function judgeScope(facts: ScopeFacts): ScopeProof {
  const checks = (Object.keys(JUDGES) as CheckName[]).map((name) => ({ name, ...JUDGES[name](facts) }));
  const group = facts.mates.length === 0 ? [] : [facts.job, ...facts.mates].map((job) => job.key).sort();
  return {
    job: facts.job.key,
    principal: facts.principal,
    grade: worst(checks.map((check) => check.grade)),
    group,
    checks,
  };
}
