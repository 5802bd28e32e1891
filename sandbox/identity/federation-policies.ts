import { randomUUID } from "node:crypto";
import type { Clock } from "../../core/ports.ts";

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
}

export type PolicyOwner = string | undefined;

export interface NewFederationPolicy {
  readonly policyId?: string;
  readonly description?: string;
  readonly oidc: OidcPolicy;
  /** Milliseconds since the epoch; default now. */
  readonly writtenAt?: number;
}

/** All federation policies of the account. `owner` is the numeric id of a service principal, or undefined. */
export class FederationPolicies {
  readonly #all: FederationPolicy[] = [];
  readonly #clock: Clock;
  /** Milliseconds until a written policy counts in exchanges. */
  readonly #propagation: number;

  constructor(clock: Clock, propagation: number) {
    this.#clock = clock;
    this.#propagation = propagation;
  }

  list(owner: PolicyOwner): readonly FederationPolicy[] {
    return this.#all.filter((policy) => policy.servicePrincipalId === owner);
  }

  /** Those that token exchanges already know. */
  inForce(owner: PolicyOwner): readonly FederationPolicy[] {
    const now = this.#clock.now();
    return this.list(owner).filter((policy) => policy.updatedAt + this.#propagation <= now);
  }

  get(owner: PolicyOwner, policyId: string): FederationPolicy | undefined {
    return this.list(owner).find((policy) => policy.policyId === policyId);
  }

  add(owner: PolicyOwner, policy: NewFederationPolicy): FederationPolicy {
    const now = this.#clock.now();
    const uid = randomUUID();
    const { policyId = uid, description = "", oidc } = policy;
    const added = {
      policyId,
      uid,
      servicePrincipalId: owner,
      description,
      oidc,
      createdAt: now,
      updatedAt: now,
    };
    this.#all.push(added);
    return added;
  }

  replace(
    old: FederationPolicy,
    changes: { readonly description: string; readonly oidc: OidcPolicy },
  ): FederationPolicy {
    const changed = { ...old, ...changes, updatedAt: this.#clock.now() };
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
