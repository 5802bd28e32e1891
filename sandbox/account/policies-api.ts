import { jsonBody, type Call, type Route } from "../http/call.ts";
import { jsonId, textOf, type JsonObject } from "../http/json.ts";
import { pageOf, pageSize } from "../http/paging.ts";
import { apiError, doesNotExist, invalidParameter, ok, type Reply } from "../http/reply.ts";
import type {
  FederationPolicies,
  FederationPolicy,
  OidcPolicy,
  PolicyOwner,
} from "../identity/federation-policies.ts";
import type { Principals } from "../identity/principals.ts";
import { checkOidcPolicy, checkPolicyId, mergeUpdate } from "./policy-input.ts";

/** Documented limit of policies per service principal. */
const POLICY_LIMIT = 20;

interface PoliciesContext {
  readonly accountId: string;
  readonly principals: Principals;
  readonly policies: FederationPolicies;
}

/** Federation policies of service principals and of the whole account: create, get, list, update, delete. */
export function policyRoutes(context: PoliciesContext): Route[] {
  const account = `/api/2.0/accounts/${context.accountId}`;
  return [`${account}/servicePrincipals/{owner}/federationPolicies`, `${account}/federationPolicies`].flatMap(
    (base): Route[] => [
      { method: "POST", pattern: base, access: "accountAdmin", handle: (call) => create(call, context) },
      { method: "GET", pattern: base, access: "accountAdmin", handle: (call) => list(call, context) },
      {
        method: "GET",
        pattern: `${base}/{policy}`,
        access: "accountAdmin",
        handle: (call) => ok(render(find(call, context), context)),
      },
      {
        method: "PATCH",
        pattern: `${base}/{policy}`,
        access: "accountAdmin",
        handle: (call) => update(call, context),
      },
      {
        method: "DELETE",
        pattern: `${base}/{policy}`,
        access: "accountAdmin",
        handle: (call) => {
          context.policies.remove(find(call, context));
          return ok();
        },
      },
    ],
  );
}

async function create(call: Call, context: PoliciesContext): Promise<Reply> {
  const owner = ownerOf(call, context);
  const body = jsonBody(call);
  const policyId = call.query.get("policy_id") ?? "";
  if (policyId !== "") checkPolicyId(policyId);
  const oidc = await checkOidcPolicy(body["oidc_policy"], owner);
  const existing = context.policies.list(owner);
  const same = existing.find(
    (policy) => sameOidc(policy.oidc, oidc) && (policyId === "" || policy.policyId === policyId),
  );
  if (same !== undefined) return ok(render(same, context));
  if (existing.some((policy) => policy.policyId === policyId)) {
    throw apiError(409, "RESOURCE_ALREADY_EXISTS", `Federation policy '${policyId}' already exists`);
  }
  if (owner !== undefined && existing.length >= POLICY_LIMIT) {
    throw apiError(
      400,
      "RESOURCE_LIMIT_EXCEEDED",
      `A service principal can have at most ${POLICY_LIMIT} federation policies`,
    );
  }
  const named = policyId === "" ? {} : { policyId };
  const policy = { ...named, description: textOf(body["description"]), oidc };
  const added = context.policies.add(owner, policy, context.policies.propagation);
  return ok(render(added, context));
}

function list(call: Call, context: PoliciesContext): Reply {
  const all = context.policies.list(ownerOf(call, context));
  const page = pageOf(all, call.query.get("page_token"), pageSize(call.query.get("page_size"), 10, 100));
  const more = page.nextPageToken === "" ? {} : { next_page_token: page.nextPageToken };
  return ok({ policies: page.items.map((policy) => render(policy, context)), ...more });
}

async function update(call: Call, context: PoliciesContext): Promise<Reply> {
  const policy = find(call, context);
  const old: JsonObject = { description: policy.description, oidc_policy: { ...policy.oidc } };
  const wanted = mergeUpdate(old, jsonBody(call), call.query.get("update_mask"));
  const oidc = await checkOidcPolicy(wanted["oidc_policy"], policy.servicePrincipalId);
  const changed = context.policies.replace(policy, { description: textOf(wanted["description"]), oidc });
  return ok(render(changed, context));
}

function ownerOf(call: Call, context: PoliciesContext): PolicyOwner {
  const owner = call.params["owner"];
  if (owner !== undefined && context.principals.get(owner) === undefined) {
    throw invalidParameter(`Invalid service principal id: ${owner}`);
  }
  return owner;
}

function find(call: Call, context: PoliciesContext): FederationPolicy {
  const policyId = call.params["policy"] ?? "";
  const policy = context.policies.get(ownerOf(call, context), policyId);
  if (policy === undefined) throw doesNotExist(`Federation policy '${policyId}' does not exist`);
  return policy;
}

function sameOidc(one: OidcPolicy, other: OidcPolicy): boolean {
  const fields = (policy: OidcPolicy): string =>
    JSON.stringify([
      policy.issuer,
      [...(policy.audiences ?? [])].sort(),
      policy.subject,
      policy.subject_claim ?? "sub",
      policy.jwks_uri,
      policy.jwks_json,
    ]);
  return fields(one) === fields(other);
}

function render(policy: FederationPolicy, { accountId }: PoliciesContext): JsonObject {
  const { policyId, uid, servicePrincipalId: owner, description, oidc, createdAt, updatedAt } = policy;
  const parent =
    owner === undefined ? `accounts/${accountId}` : `accounts/${accountId}/servicePrincipals/${owner}`;
  return {
    name: `${parent}/federationPolicies/${policyId}`,
    policy_id: policyId,
    uid,
    ...(owner === undefined ? {} : { service_principal_id: jsonId(owner) }),
    ...(description === "" ? {} : { description }),
    create_time: new Date(createdAt).toISOString(),
    update_time: new Date(updatedAt).toISOString(),
    oidc_policy: { ...oidc },
  };
}
