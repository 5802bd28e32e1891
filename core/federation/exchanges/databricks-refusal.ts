import { SecretlessError, type Mistake } from "../../base/errors.ts";
import type { Claims, PolicyClaims } from "../../ci/pipeline-claims.ts";
import type { Dialect } from "../../ci/dialect.ts";
import { ipAccessRemedy } from "../../net/ip-access.ts";
import { policyCommand } from "./policy-command.ts";
import type { TokenRefusal } from "../token-response.ts";

/** The exchange that was refused. */
export interface RefusedExchange {
  readonly tokenEndpoint: string;
  readonly audience: string;
  /** Application ID of the service principal that has the federation policy. */
  readonly clientId: string;
  /** Origin of the workspace and its account, for the command in the error. */
  readonly host: string;
  readonly accountId: string | undefined;
  /** Of the CI that the ID token comes from. */
  readonly dialect: Dialect;
}

interface Cause {
  /** Ends the sentence "Databricks does not accept this ID token for service principal …: ". */
  readonly problem: string;
  /** Ends with what introduces the commands. */
  readonly remedy: string;
  /** The claim to blame, where Databricks names one. */
  readonly field?: keyof PolicyClaims;
}

/** For a subject that others can have, too, no command names the principal that deploys: nobody shall paste that one. */
const OTHER_PRINCIPAL = "<application ID of a service principal that can only read>";

const LITERAL =
  "The policy's subject holds `*`, which is no pattern there: subjects are compared letter by letter, so each subject needs a policy of its own.";
const OF_ACCOUNT =
  "A federation policy of the whole account does not count for a service principal: it needs its own.";

const FIELDS = ["issuer", "subject", "audience"] as const;
/** Which field is to blame, in this order: by what would be accepted, or by the code that Databricks gives. */
const BLAMED: readonly (readonly [keyof PolicyClaims, RegExp?])[] = [
  ["issuer"],
  ["audience", /TOKEN_AUDIENCE_INVALID/],
  ["subject", /TOKEN_SUBJECT_INVALID/],
];

/**
 * `EXCHANGE_REFUSED` for a refusal by Databricks: the claims presented beside those that would be accepted, the cause
 * where it can be told, and the commands that add the missing policy.
 */
export async function explainRefusal(
  refusal: TokenRefusal,
  claims: Claims,
  options: RefusedExchange,
): Promise<SecretlessError> {
  const { dialect } = options;
  const presented: PolicyClaims = {
    issuer: claims.issuer,
    subject: claims.subject,
    audience: claims.audience[0] ?? options.audience,
  };
  const accepted = parseAccepted(refusal.description);
  const ofAddress = ipAccessRemedy(`${refusal.error} ${refusal.description}`);
  if (ofAddress !== undefined) {
    return new SecretlessError("EXCHANGE_REFUSED", {
      problem: "An IP access list of Databricks refuses the address of this runner.",
      expected: "an address that the list allows",
      actual: answerText(refusal),
      remedy: ofAddress,
    });
  }
  if (!isAboutPolicies(refusal)) {
    return new SecretlessError("EXCHANGE_REFUSED", {
      problem: `${options.tokenEndpoint} did not exchange the ID token.`,
      expected: "an access token, or a refusal that names a policy",
      actual: answerText(refusal),
      remedy:
        "Check that the input host is the URL of a workspace with token federation (Databricks Free Edition has none), " +
        "and that no proxy answers in its place.",
      mistakes: comparison(dialect, presented, undefined),
    });
  }
  const { problem, remedy, field } = await causeOf(refusal, presented, accepted, options);
  const advice = await dialect.advise(claims);
  // A foreign issuer and a foreign audience have remedies of their own; all else ends in a policy for this subject.
  const text = field === "issuer" || field === "audience" ? remedy : (advice?.remedy ?? remedy);
  const literal = accepted?.subject?.includes("*") === true ? [LITERAL] : [];
  const clientId = advice?.otherPrincipal === true ? OTHER_PRINCIPAL : options.clientId;
  const trusted = { ...presented, subject: advice?.subject ?? presented.subject };
  return new SecretlessError("EXCHANGE_REFUSED", {
    problem: `Databricks does not accept this ID token for service principal ${options.clientId}: ${problem}`,
    actual: answerText(refusal),
    remedy: `${[...literal, ...(accepted === undefined ? [OF_ACCOUNT] : []), text].join(" ")}\n${policyCommand(trusted, { ...options, clientId })}`,
    mistakes: comparison(dialect, presented, accepted, field),
  });
}

/** `{issuer: '…', subject: '…', audience: '…'}`; any of them may be missing. */
export function parseAccepted(description: string): Partial<PolicyClaims> | undefined {
  const [, list] = /Valid federation polic(?:y|ies) for provided token:\s*\{(.*)\}/s.exec(description) ?? [];
  if (list === undefined) return undefined;
  const accepted: { -readonly [Field in keyof PolicyClaims]?: string } = {};
  for (const field of FIELDS) {
    // A value ends at the quote that stands before the next field or the end: it may hold quotes itself.
    const [, value] =
      new RegExp(`\\b${field}: '(.*?)'(?=, (?:issuer|subject|audience): '|\\}|$)`, "s").exec(list) ?? [];
    if (value !== undefined && value !== "") accepted[field] = value;
  }
  return accepted;
}

function isAboutPolicies({ error, description }: TokenRefusal): boolean {
  return (
    error === "invalid_grant" ||
    error === "invalid_client" ||
    /TOKEN_\w*INVALID|federation policy/.test(description)
  );
}

function answerText({ status, error, description }: TokenRefusal): string {
  return `status ${status}: ${error === "" ? "" : `${error}: `}${description}`;
}

function comparison(
  { readable }: Dialect,
  presented: PolicyClaims,
  accepted: Partial<PolicyClaims> | undefined,
  blamed?: keyof PolicyClaims,
): Mistake[] {
  return FIELDS.map((field) => {
    const wanted = accepted?.[field];
    const actual = readable(presented[field]);
    const expected = wanted === undefined ? undefined : readable(wanted);
    if (expected !== undefined && expected !== actual)
      return { problem: `${field} differs`, expected, actual };
    // Databricks often repeats the token's own claims: what a fitting policy would say.
    if (field === blamed) return { problem: `${field} is in no policy`, actual };
    return {
      problem: expected === undefined ? `${field} presented` : `${field} as a policy must name it`,
      actual,
    };
  });
}

async function causeOf(
  { description }: TokenRefusal,
  presented: PolicyClaims,
  accepted: Partial<PolicyClaims> | undefined,
  { clientId, dialect }: RefusedExchange,
): Promise<Cause> {
  const wantedOther = (field: keyof PolicyClaims): string | undefined =>
    accepted?.[field] === presented[field] ? undefined : accepted?.[field];
  if (/TOKEN_EXPIRED/.test(description)) {
    return {
      problem: "it has expired.",
      remedy:
        "Run the job again. If it comes back, correct the clock of the runner. If there is no policy yet, add it:",
    };
  }
  for (const [field, code] of BLAMED) {
    const wanted = wantedOther(field);
    if (wanted === undefined && code?.test(description) !== true) continue;
    const { detail = "", remedy } = await dialect.explain({ field, presented, wanted });
    return { field, problem: `its ${field} is another one than the policy's${detail}.`, remedy };
  }
  const { remedy } = await dialect.explain({ field: "subject", presented, wanted: undefined });
  return {
    problem: "no federation policy of this service principal fits.",
    remedy:
      `Check that ${clientId} is the application ID of the service principal that has the policy, and that the policy ` +
      `was not written less than two minutes ago. ${remedy}`,
  };
}
