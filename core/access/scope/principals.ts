import {
  ApiFailure,
  field,
  inParallel,
  listAll,
  listField,
  textField,
  type DatabricksApi,
} from "../../api/rest.ts";
import { readBy, type Eyes, type Reading } from "./reading.ts";

/** Who may act as a principal, or manage it. `principal` is `users/…`, `groups/…` or `servicePrincipals/…`. */
export interface RoleHolder {
  readonly principal: string;
  readonly role: string;
}

export interface FederationPolicy {
  readonly id: string;
  readonly issuer: string;
  readonly subject: string;
}

export interface PrincipalFacts {
  readonly users: Reading<readonly RoleHolder[]>;
  /** Ids of OAuth secrets. */
  readonly secrets: Reading<readonly string[]>;
  readonly policies: Reading<readonly FederationPolicy[]>;
}

const SCIM = "/api/2.0/preview/scim/v2/ServicePrincipals";
/** From this many principals on, listing them by pages takes fewer requests than asking for each. */
const LIST_FROM = 20;

/** The numeric ids that paths of the account API want, by application ID. SCIM pages by startIndex (RFC 7644 3.4.2.4). */
async function numericIds(
  api: DatabricksApi,
  applicationIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const ids = new Map<string, string>();
  const keep = (resources: readonly unknown[]): void => {
    for (const resource of resources) {
      const applicationId = textField(resource as never, "applicationId").toLowerCase();
      ids.set(applicationId, textField(resource as never, "id"));
    }
  };
  if (applicationIds.length < LIST_FROM) {
    await inParallel(applicationIds, async (id) => {
      const query = { filter: `applicationId eq "${id}"`, attributes: "id,applicationId" };
      keep(listField(await api({ method: "GET", path: SCIM, query }), "Resources"));
    });
    return ids;
  }
  for (let start = 1; ;) {
    const query = { startIndex: String(start), count: "100", attributes: "id,applicationId" };
    const page = listField(await api({ method: "GET", path: SCIM, query }), "Resources");
    keep(page);
    start += page.length;
    if (page.length === 0 || applicationIds.every((id) => ids.has(id))) return ids;
  }
}

async function holders(api: DatabricksApi, path: string, name: string): Promise<readonly RoleHolder[]> {
  const ruleSet = await api({ method: "GET", path, query: { name, etag: "" } });
  return listField(ruleSet, "grant_rules").flatMap((rule) =>
    listField(rule, "principals")
      .filter((principal) => typeof principal === "string")
      .map((principal) => ({ principal, role: textField(rule, "role") })),
  );
}

/** Tries the workspace's own route first, which principal managers may use, then the account's. */
async function eitherRoute<T>(
  workspace: () => Promise<T>,
  account: (() => Promise<T>) | undefined,
): Promise<T> {
  try {
    return await workspace();
  } catch (error) {
    if (account === undefined || !(error instanceof ApiFailure)) throw error;
    return account();
  }
}

async function readOne(
  eyes: Eyes,
  accountId: string | undefined,
  applicationId: string,
  id: string | undefined,
): Promise<PrincipalFacts> {
  if (accountId === undefined) {
    const missing = { state: "unknown", missingRight: "the input account-id" } as const;
    return { users: missing, secrets: missing, policies: missing };
  }
  const name = `accounts/${accountId}/servicePrincipals/${applicationId}/ruleSets/default`;
  const manager = `servicePrincipal.manager on ${applicationId}, or account admin`;
  const base = `/api/2.0/accounts/${accountId}/servicePrincipals/${id ?? ""}`;
  const [users, secrets, policies] = await Promise.all([
    readBy(eyes, manager, ({ workspace, account }) =>
      eitherRoute(
        () => holders(workspace, "/api/2.0/preview/accounts/access-control/rule-sets", name),
        account &&
          (() => holders(account, `/api/2.0/preview/accounts/${accountId}/access-control/rule-sets`, name)),
      ),
    ),
    readBy(eyes, manager, ({ workspace, account }) => {
      if (id === undefined) return undefined;
      const path = `/api/2.0/accounts/servicePrincipals/${id}/credentials/secrets`;
      return eitherRoute(
        () => listAll(workspace, path, "secrets"),
        account && (() => listAll(account, `${base}/credentials/secrets`, "secrets")),
      ).then((listed) => listed.map((secret) => textField(secret, "id")));
    }),
    readBy(eyes, "account admin, with a way to sign in to the account", ({ account }) => {
      if (id === undefined || account === undefined) return undefined;
      return listAll(account, `${base}/federationPolicies`, "policies").then((listed) =>
        listed.map((policy) => ({
          id: textField(policy, "policy_id"),
          issuer: textField(field(policy, "oidc_policy"), "issuer"),
          subject: textField(field(policy, "oidc_policy"), "subject"),
        })),
      );
    }),
  ]);
  return { users, secrets, policies };
}

/** Reads who else can be these principals; three requests a principal, for which the API has no listing. */
export async function readPrincipals(
  eyes: Eyes,
  accountId: string | undefined,
  applicationIds: readonly string[],
): Promise<ReadonlyMap<string, PrincipalFacts>> {
  const distinct = [...new Set(applicationIds)];
  const none = { state: "known", value: new Map<string, string>() } as const;
  const ids =
    accountId === undefined
      ? none
      : await readBy(eyes, "workspace user", ({ workspace }) => numericIds(workspace, distinct));
  const idOf = (applicationId: string): string | undefined =>
    ids.state === "known" ? ids.value.get(applicationId) : undefined;
  const facts = await inParallel(distinct, (applicationId) =>
    readOne(eyes, accountId, applicationId, idOf(applicationId)),
  );
  return new Map(distinct.map((applicationId, index) => [applicationId, facts[index] as PrincipalFacts]));
}
