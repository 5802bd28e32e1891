import type { Environment } from "../base/ports.ts";
import type { Claims, PipelineClaims, PolicyClaims } from "./pipeline-claims.ts";

/** An event that runs code which nobody with write access has approved, with the rights of those who have. */
export interface UntrustedEvent {
  readonly event: string;
  readonly remedy: string;
}

/** A field of an ID token that the exchange did not accept. */
export interface RefusedField {
  readonly field: keyof PolicyClaims;
  readonly presented: PolicyClaims;
  /** What would have been accepted, where that is known. */
  readonly wanted: string | undefined;
}

export interface Hint {
  /** Continues "its subject is another one than the policy's". */
  readonly detail?: string;
  /** What to do; ends with what introduces the commands that add a policy. */
  readonly remedy: string;
}

/** What to put into a federation policy in place of what this run has presented. */
export interface SubjectAdvice {
  /** Ends with what introduces the commands. */
  readonly remedy: string;
  /** Set where the subject of this run is none to trust. */
  readonly subject?: string;
  /** The run may not act as the principal that deploys. */
  readonly otherPrincipal: boolean;
}

/**
 * How one CI speaks: all that core says or decides differently from CI to CI. It is read before the first request, so it
 * is small; longer texts are loaded when they are needed.
 */
export interface Dialect {
  /** As in paths and tests: `github`. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  /** Whether the CI chooses the audience of its ID tokens itself. */
  readonly choosesAudience: boolean;
  /** Whether the CI keeps connections to clouds, of which a step can name one. */
  readonly connections: boolean;
  /** An input as users of this CI write it; `name` is in kebab-case. */
  inputLabel(name: string): string;
  /** What a token of this CI says about the pipeline; {} for a token of another one. */
  pipelineClaims(payload: Readonly<Record<string, unknown>>): PipelineClaims;
  /** Whether a token of `issuer` comes from this CI, whose own issuers are `issuers`. */
  isOwnIssuer(issuer: string, issuers: readonly string[]): boolean;
  /** What the job's variables say of the event; self-reported. */
  untrustedRun(environment: Environment): UntrustedEvent | undefined;
  /** What the ID token says of the event. */
  untrustedToken(claims: PipelineClaims): UntrustedEvent | undefined;
  /** Expressions that the CI replaces before a step starts, with why one may be left over; global patterns. */
  readonly expressions: readonly (readonly [RegExp, string])[];
  /** Why an input may come without a value though the pipeline names one. */
  readonly whyEmpty: string;
  /** Names of variables, in capitals, that never reach the CLI and the bundle's code, with what they are. */
  readonly credentials: readonly (readonly [RegExp, string])[];
  /** The variable by whose value the CI finds, and ends, what a job has left running. */
  readonly tracking: string;
  /** Names of variables that say what is built, and are no credential: the CLI and the bundle's code have them. */
  readonly facts: RegExp;
  /** What the CI would read as a command in a line of the log, with what breaks it and stays readable. */
  readonly logMarkers: readonly (readonly [RegExp, string])[];
  /** A subject as it can be shown in this CI's log. */
  readonly readable: (subject: string) => string;
  /** Whether somebody without write access can cause this event. */
  isOpenToAnybody(event: string): boolean;
  /** What to trust in place of what a token presents, if it is nothing to trust. */
  advise(claims: Claims): Promise<SubjectAdvice | undefined>;
  /** Audiences that the CI chooses itself and that Entra ID takes beside its own. */
  readonly ownAudiences: readonly string[];
  /** What this CI adds to what Entra ID says of a token's issuer, or of its signature; "" if nothing. */
  readonly entraNotes: Readonly<Record<"issuer" | "signature", string>>;
  /** What to do about a field that was refused. */
  explain(refused: RefusedField): Promise<Hint>;
}

/** The claims of `payload` that are texts, under our names for them. */
export function claimsByName(
  payload: Readonly<Record<string, unknown>>,
  names: Readonly<Partial<Record<keyof PipelineClaims, string>>>,
): PipelineClaims {
  const found = Object.entries(names).map(([name, claim]) => [name, payload[claim]] as const);
  return Object.fromEntries(found.filter(([, value]) => typeof value === "string" && value !== ""));
}
