import { randomUUID } from "node:crypto";
import type { Clock } from "../../core/base/ports.ts";

/** The OIDC part of a federation policy, as the account API names it. */
export interface OidcPolicy {
  readonly issuer: string;
  /** Absent or empty: the account ID alone. */
  readonly audiences?: readonly string[];
  readonly subject?: string;
  /** Default `sub`. */
  readonly subject_claim?: string;
  readonly jwks_uri?: string;
  /** A JSON Web Key Set as text. */
  readonly jwks_json?: string;
}

export interface FederationPolicy {
  readonly policyId: string;
  readonly uid: string;
  /** Numeric id of the service principal, as text; absent on an account-wide policy. */
  readonly servicePrincipalId: string | undefined;
  readonly description: string;
  readonly oidc: OidcPolicy;
  /** Milliseconds since the epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
  /** From when on token exchanges know it. */
  readonly inForceAt: number;
}

/** Numeric id of a service principal, or undefined for the whole account. */
export type PolicyOwner = string | undefined;

export interface NewFederationPolicy {
  readonly policyId?: string;
  readonly description?: string;
  readonly oidc: OidcPolicy;
}

/** All federation policies of the account. */
export class FederationPolicies {
  readonly #all: FederationPolicy[] = [];
  readonly #clock: Clock;
  /** Milliseconds until a policy that was written through the API counts in exchanges. */
  readonly propagation: number;

  constructor(clock: Clock, propagation: number) {
    this.#clock = clock;
    this.propagation = propagation;
  }

  list(owner: PolicyOwner): readonly FederationPolicy[] {
    return this.#all.filter((policy) => policy.servicePrincipalId === owner);
  }

  /** Those that token exchanges already know. */
  inForce(owner: PolicyOwner): readonly FederationPolicy[] {
    const now = this.#clock.now();
    return this.list(owner).filter((policy) => policy.inForceAt <= now);
  }

  get(owner: PolicyOwner, policyId: string): FederationPolicy | undefined {
    return this.list(owner).find((policy) => policy.policyId === policyId);
  }

  /** @param delay milliseconds until it is in force */
  add(owner: PolicyOwner, policy: NewFederationPolicy, delay = 0): FederationPolicy {
    const now = this.#clock.now();
    const uid = randomUUID();
    const { policyId = uid, description = "", oidc } = policy;
    const times = { createdAt: now, updatedAt: now, inForceAt: now + delay };
    const added = { policyId, uid, servicePrincipalId: owner, description, oidc, ...times };
    this.#all.push(added);
    return added;
  }

  replace(old: FederationPolicy, changes: Pick<FederationPolicy, "description" | "oidc">): FederationPolicy {
    const now = this.#clock.now();
    const changed = { ...old, ...changes, updatedAt: now, inForceAt: now + this.propagation };
    this.#all.splice(this.#all.indexOf(old), 1, changed);
    return changed;
  }

  remove(policy: FederationPolicy): void {
    this.#all.splice(this.#all.indexOf(policy), 1);
  }

  removeAllOf(servicePrincipalId: string): void {
    for (const policy of this.list(servicePrincipalId)) this.remove(policy);
  }
}
