import { isObject, textOf, type JsonObject } from "../http/json.ts";
import { invalidParameter } from "../http/reply.ts";
import type { OidcPolicy, PolicyOwner } from "../identity/federation-policies.ts";
import { fetchConfiguration } from "../identity/issuer-keys.ts";

const OIDC_FIELDS = ["issuer", "audiences", "subject", "subject_claim", "jwks_uri", "jwks_json"] as const;
const MASKS = ["*", "description", "oidc_policy", ...OIDC_FIELDS.map((name) => `oidc_policy.${name}`)];

/** The real service reports a wrong length with the text for wrong characters; slashes are refused although the API's description allows them. */
export function checkPolicyId(policyId: string): void {
  if (!/^[a-z0-9-]{2,63}$/.test(policyId)) {
    throw invalidParameter(
      `Invalid federation policy id: '${policyId}'. Must contain only 0-9, a-z, and hyphen.`,
    );
  }
}

/**
 * The OIDC part of a request, checked as the account API does when a policy is written.
 * @throws Refusal 400
 */
export async function checkOidcPolicy(value: unknown, owner: PolicyOwner): Promise<OidcPolicy> {
  if (!isObject(value)) throw invalidParameter("oidc_policy is required");
  const policy = readOidc(value);
  if (policy.issuer === "") throw invalidParameter("oidc_policy.issuer is required");
  if (owner !== undefined && policy.subject === undefined) {
    throw invalidParameter("oidc_policy.subject is required for a service principal federation policy");
  }
  if (owner === undefined && policy.subject !== undefined) {
    throw invalidParameter("oidc_policy.subject must not be set for an account federation policy");
  }
  if (policy.jwks_json !== undefined) checkKeySet(policy.jwks_json);
  else if (policy.jwks_uri === undefined) await checkIssuer(policy.issuer);
  return policy;
}

function readOidc(value: JsonObject): OidcPolicy {
  const audiences = value["audiences"];
  if (
    audiences !== undefined &&
    !(Array.isArray(audiences) && audiences.every((one) => textOf(one) !== ""))
  ) {
    throw invalidParameter("oidc_policy.audiences must be a list of texts");
  }
  const optional = OIDC_FIELDS.filter((name) => name !== "audiences" && textOf(value[name]) !== "");
  const texts = Object.fromEntries(optional.map((name) => [name, textOf(value[name])]));
  const listed = audiences === undefined ? {} : { audiences: audiences as string[] };
  return { issuer: textOf(value["issuer"]), ...texts, ...listed };
}

function checkKeySet(text: string): void {
  try {
    const set: unknown = JSON.parse(text);
    if (isObject(set) && Array.isArray(set["keys"])) return;
  } catch {
    // Refused below.
  }
  throw invalidParameter("oidc_policy.jwks_json is not a JSON Web Key Set");
}

async function checkIssuer(issuer: string): Promise<void> {
  try {
    await fetchConfiguration(issuer);
  } catch {
    throw invalidParameter(`Unable to load valid OpenID configuration for issuer '${issuer}'`);
  }
}

/**
 * What an update asks for: `update_mask` names the fields to take from the body; without it every field present in the
 * body counts, and `*` replaces everything.
 */
export function mergeUpdate(old: JsonObject, body: JsonObject, mask: string | null): JsonObject {
  const oldOidc = isObject(old["oidc_policy"]) ? old["oidc_policy"] : {};
  const newOidc = isObject(body["oidc_policy"]) ? body["oidc_policy"] : {};
  if (mask === null || mask === "") return { ...old, ...body, oidc_policy: { ...oldOidc, ...newOidc } };
  const result: JsonObject = { ...old };
  let oidc: JsonObject = oldOidc;
  for (const name of mask.split(",")) {
    if (!MASKS.includes(name)) {
      throw invalidParameter(`Invalid update_mask: '${name}' is no field of a federation policy`);
    }
    if (name === "*") return body;
    const field = name.slice("oidc_policy.".length);
    if (name === "description") result["description"] = body["description"];
    else if (name === "oidc_policy") oidc = newOidc;
    else oidc = { ...oidc, [field]: newOidc[field] };
  }
  return { ...result, oidc_policy: oidc };
}
