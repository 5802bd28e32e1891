import { broken, judge, proven, type Point, type Verdict } from "./proof.ts";
import type { FederationPolicy, PrincipalFacts, RoleHolder } from "./principals.ts";
import type { Reading, When } from "./reading.ts";
import type { AdminFacts, TokenFacts } from "./workspace-admins.ts";

export interface ActorFacts<W extends When = When> {
  readonly principal: string;
  readonly deployer: string;
  readonly identity: PrincipalFacts<W>;
  /** Whether the credentials that it is for stand in Azure, where a principal may be an application of Entra ID. */
  readonly azure: boolean;
  /** Of the whole workspace. */
  readonly tokens: Reading<readonly TokenFacts[], W>;
  readonly admins: Reading<AdminFacts, W>;
  /** Whether the deployer is a workspace admin. */
  readonly deployerIsAdmin: Reading<boolean, W>;
  /** `principal_users` of the policy. */
  readonly principalUsers: readonly string[];
  /** `workspace_admins: restricted` of the policy. */
  readonly adminsMustBeRestricted: boolean;
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

function users<W extends When>(facts: ActorFacts<W>): Verdict<W> {
  const { identity, deployer, principal } = facts;
  const names = new Set(facts.principalUsers.map(ruleSetName));
  const own = `serviceprincipals/${deployer.toLowerCase()}`;
  return judge<readonly RoleHolder[], W>(identity.users, (holders) => {
    const holding = (role: string): readonly string[] =>
      holders.filter((one) => one.role === `roles/servicePrincipal.${role}`).map((one) => one.principal);
    const acting = holding("user");
    const managing = holding("manager");
    const strangers = acting.filter((who) => !names.has(who.toLowerCase()) && who.toLowerCase() !== own);
    if (strangers.length > 0) {
      const remedy = `Take servicePrincipal.user on ${principal} from them, or name them under principal_users in the policy.`;
      return broken(`may act as it: ${strangers.join(", ")}`, remedy);
    }
    return proven("nobody else holds servicePrincipal.user on it", [
      ...acting.map((who) =>
        managing.includes(who) ? `${who} may act as it, and sign in on its behalf` : `${who} may act as it`,
      ),
      ...managing
        .filter((who) => !acting.includes(who))
        .map((who) => `${who} manages it and could let itself act as it`),
    ]);
  });
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? "" : "s"}`;

function secrets<W extends When>({ identity, principal }: ActorFacts<W>): Verdict<W> {
  return judge<readonly string[], W>(identity.secrets, (ids) =>
    ids.length === 0
      ? proven("it has no OAuth secret")
      : broken(
          `it has ${counted(ids.length, "OAuth secret")}: whoever holds one is this principal`,
          `Delete the OAuth secrets of service principal ${principal} (${ids.join(", ")}).`,
        ),
  );
}

function tokens<W extends When>({ identity, principal, tokens: all }: ActorFacts<W>): Verdict<W> {
  return judge<string | undefined, W>(identity.numericId, (id) =>
    judge<readonly TokenFacts[], W>(all, (listed) => {
      const own = listed.filter(({ ownerId }) => ownerId === id);
      if (own.length === 0) return proven("it has no personal access token");
      const shown = own.map((token) => `${token.id}, made by ${token.createdBy || "an unknown user"}`);
      return broken(
        `it has ${counted(own.length, "personal access token")}: whoever holds one is this principal (${shown.join("; ")})`,
        `Delete the tokens of service principal ${principal}: databricks token-management delete ${own[0]?.id ?? ""}`,
      );
    }),
  );
}

/** Databricks does not show who has a secret, certificate or federated credential of the application. */
const ofEntra = (principal: string): string =>
  `if Entra ID manages ${principal}, whoever holds a secret or federated credential of its application can sign in as it`;

function policies<W extends When>({ identity, principal, azure }: ActorFacts<W>): Verdict<W> {
  return judge<readonly FederationPolicy[], W>(identity.policies, (found) => {
    if (found.length === 0) return proven("it has no federation policy", azure ? [ofEntra(principal)] : []);
    const shown = found.map(({ id, issuer, subject }) => `${id} (${issuer}, ${subject})`).join(", ");
    const remedy = `Delete the federation policies of service principal ${principal}: a principal for runs needs none.`;
    return broken(`workloads outside can sign in as it: ${shown}`, remedy);
  });
}

function admins<W extends When>(facts: ActorFacts<W>): Verdict<W> {
  return judge<AdminFacts, W>(facts.admins, ({ restricted, names }) => {
    const shown = names.length === 0 ? "each workspace admin" : `workspace admins (${names.join(", ")})`;
    const secret = `${shown} can make an OAuth secret of it`;
    if (restricted) return proven("workspace admins are restricted", [secret]);
    const says = `${shown} can make a token of it, and give a job to it (restrict_workspace_admins is ALLOW_ALL)`;
    if (facts.adminsMustBeRestricted) {
      const remedy =
        "An account admin sets it: databricks settings restrict-workspace-admins update, with the status RESTRICT_TOKENS_AND_JOB_RUN_AS.";
      return broken(says, remedy);
    }
    return { ...proven("nobody but workspace admins", [says, secret]), except: "workspace admins" };
  });
}

/** What a workspace admin deploys with can change every job and permission, whatever the setting restricts. */
function ofDeployer<W extends When>(facts: ActorFacts<W>): Verdict<W> {
  const { deployer, deployerIsAdmin, adminsMustBeRestricted } = facts;
  if (deployer === "")
    return proven("nobody is taken for the deployer", ["several identities have created the bundle's jobs"]);
  return judge<boolean, W>(deployerIsAdmin, (isAdmin) => {
    if (!isAdmin) return proven("the deployer is no workspace admin");
    const says = `the deployer ${deployer} is a workspace admin: code of the bundle can change every job, permission and record`;
    const remedy =
      "Take the deployer out of the group admins: deploying needs rights on its own folder and jobs alone.";
    if (adminsMustBeRestricted) return broken(says, remedy);
    return proven("the deployer is known", [says]);
  });
}

export function actorPoints<W extends When>(facts: ActorFacts<W>): readonly Point<W>[] {
  return [
    { point: "principal-users", ...users(facts) },
    { point: "oauth-secrets", ...secrets(facts) },
    { point: "tokens", ...tokens(facts) },
    { point: "federation-policies", ...policies(facts) },
    { point: "workspace-admins", ...admins(facts) },
    { point: "workspace-admins", ...ofDeployer(facts) },
  ];
}
