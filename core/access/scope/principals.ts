import { listAt, type Json } from "../../api/json.ts";
import {
  FEDERATION_POLICIES,
  FEDERATION_POLICY,
  GRANT_RULE,
  RULE_SET,
  SECRET,
  SECRETS,
  SERVICE_PRINCIPAL,
} from "../../api/shapes.ts";
import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import { inParallel, listAll, listScim } from "../../api/paging.ts";
import { isPassing, readBy, unknown, type Eyes, type Reading, type When } from "./reading.ts";

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

export interface PrincipalFacts<W extends When = When> {
  /** Its SCIM id; undefined if there is no such principal. */
  readonly numericId: Reading<string | undefined, W>;
  readonly users: Reading<readonly RoleHolder[], W>;
  /** Ids of OAuth secrets. */
  readonly secrets: Reading<readonly string[], W>;
  readonly policies: Reading<readonly FederationPolicy[], W>;
}

const SCIM = "/api/2.0/preview/scim/v2/ServicePrincipals";
/** From this many principals on, listing them by pages takes fewer requests than asking for each. */
const LIST_FROM = 20;

/** The numeric ids that paths of the account API want, by application ID. SCIM pages by startIndex (RFC 7644 3.4.2.4). */
async function numericIds(
  api: DatabricksApi,
  applicationIds: readonly string[],
): Promise<ReadonlyMap<string, string>> {
  const found: Json[] = [];
  const idsOf = (resources: readonly Json[]): ReadonlyMap<string, string> =>
    new Map(
      resources.map((resource) => [
        SERVICE_PRINCIPAL.text(resource, "applicationId").toLowerCase(),
        SERVICE_PRINCIPAL.text(resource, "id"),
      ]),
    );
  if (applicationIds.length >= LIST_FROM) {
    const missing = new Set(applicationIds);
    return idsOf(
      await listScim(api, SCIM, { attributes: "id,applicationId" }, (page) => {
        for (const id of idsOf(page).keys()) missing.delete(id);
        return missing.size === 0;
      }),
    );
  }
  await inParallel(applicationIds, async (id) => {
    const query = { filter: `applicationId eq "${id}"`, attributes: "id,applicationId" };
    found.push(...listAt(await api.call({ method: "GET", path: SCIM, query }), "Resources"));
  });
  return idsOf(found);
}

async function holders(api: DatabricksApi, path: string, name: string): Promise<readonly RoleHolder[]> {
  const ruleSet = await api.call({ method: "GET", path, query: { name, etag: "" } });
  return RULE_SET.list(ruleSet, "grant_rules").flatMap((rule) =>
    GRANT_RULE.list(rule, "principals")
      .filter((principal) => typeof principal === "string")
      .map((principal) => ({ principal, role: GRANT_RULE.text(rule, "role") })),
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
    return account().catch((second: unknown) => {
      throw isPassing(error) ? error : second;
    });
  }
}

async function readOne<W extends When>(
  eyes: Eyes<W>,
  accountId: string | undefined,
  applicationId: string,
  numericId: Reading<string | undefined, W>,
): Promise<PrincipalFacts<W>> {
  if (accountId === undefined) {
    const missing = unknown("the input account-id");
    return { numericId, users: missing, secrets: missing, policies: missing };
  }
  const id = numericId.state === "known" ? numericId.value : undefined;
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
        () => listAll(workspace, path, SECRETS.key("secrets")),
        account && (() => listAll(account, `${base}/credentials/secrets`, SECRETS.key("secrets"))),
      ).then((listed) => listed.map((secret) => SECRET.text(secret, "id")));
    }),
    readBy(eyes, "account admin, with a way to sign in to the account", ({ account }) => {
      if (id === undefined || account === undefined) return undefined;
      return listAll(account, `${base}/federationPolicies`, FEDERATION_POLICIES.key("policies")).then(
        (listed) =>
          listed.map((policy) => ({
            id: FEDERATION_POLICY.text(policy, "policy_id"),
            issuer: FEDERATION_POLICY.text(policy, "oidc_policy", "issuer"),
            subject: FEDERATION_POLICY.text(policy, "oidc_policy", "subject"),
          })),
      );
    }),
  ]);
  return { numericId, users, secrets, policies };
}

/** Reads who else can be these principals; three requests a principal, for which the API has no listing. */
export async function readPrincipals<W extends When>(
  eyes: Eyes<W>,
  accountId: string | undefined,
  applicationIds: readonly string[],
): Promise<ReadonlyMap<string, PrincipalFacts<W>>> {
  const distinct = [...new Set(applicationIds)];
  const ids = await readBy(eyes, "workspace user", ({ workspace }) => numericIds(workspace, distinct));
  const facts = await inParallel(distinct, (applicationId) => {
    const numericId: Reading<string | undefined, W> =
      ids.state === "known" ? { state: "known", value: ids.value.get(applicationId) } : ids;
    return readOne(eyes, accountId, applicationId, numericId);
  });
  return new Map(
    distinct.flatMap((applicationId, index) => {
      const found = facts[index];
      return found === undefined ? [] : [[applicationId, found] as const];
    }),
  );
}
