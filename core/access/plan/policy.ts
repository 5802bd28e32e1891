import { quote } from "../../base/quote.ts";
import { BlockList, isIP } from "node:net";
import { globMatches, withoutCase } from "../../base/glob.ts";
import { PIPELINE_CLAIMS, type PipelineClaims } from "../../ci/pipeline-claims.ts";
import type { PolicyFile } from "../files/policy-file.ts";
import type { Conditions, Network, Rule } from "../files/policy-shape.ts";
import { DAYS } from "../files/policy-times.ts";

export type Grade = "proven" | "unproven" | "broken";

/** What is asked for. */
export interface PolicyRequest {
  readonly job: string;
  readonly purpose: string;
  readonly kind: string;
  readonly resource: string;
  /** Whether the provider of the access takes names that differ in letter case alone for one. */
  readonly foldsCase: boolean;
  readonly target: string;
  /** Application ID that the job runs as. */
  readonly principal: string;
  readonly scope: Grade;
}

export interface Evidence {
  /** Of an ID token that was verified against its issuer's keys; {} if none was asked for. */
  readonly claims: PipelineClaims & { readonly issuer?: string };
  /** No token proves these: they are what the runner says. */
  readonly selfReported: {
    /** Milliseconds since the epoch. */
    readonly now: number;
    /** IP addresses of the runner. */
    readonly addresses: readonly string[];
    /** Commit that is checked out. */
    readonly commit?: string;
  };
}

export interface Decision {
  readonly effect: "allow" | "deny";
  /** Name of the rule that decided, or what decided in its place. */
  readonly rule: string;
  readonly reason: string;
  /** Conditions of the deciding rule that no token proves. */
  readonly selfReported: readonly string[];
  /** Of a denial: only the moment (time, network, what is checked out) stands against it. */
  readonly momentary?: true;
}

/** True, false, or undefined where a fact is missing. */
type Verdict = boolean | undefined;

const CLAIMS = [...PIPELINE_CLAIMS.filter((name) => name !== "commit"), "issuer"] as const;
/** GitHub and Azure DevOps take names of these that differ in letter case alone for one. */
const FOLDED: ReadonlySet<string> = new Set(["repository", "environment", "actor"]);

function matchesAny(patterns: readonly string[] | undefined, value: string, folds = false): boolean {
  const fold = folds ? withoutCase : String;
  return patterns?.some((pattern) => globMatches(fold(pattern), fold(value))) ?? true;
}

/** Whether a rule of the policy can only be decided with the claims of the pipeline's ID token. */
export function asksForClaims(file: PolicyFile | undefined): boolean {
  const names = [...PIPELINE_CLAIMS, "issuer", "properties"] as const;
  return file?.policy.rules.some(({ when }) => names.some((name) => when?.[name] !== undefined)) ?? false;
}

/** Whether the rule is about this request at all. */
function concerns(rule: Rule, request: PolicyRequest): boolean {
  return (
    matchesAny(rule.job, request.job) &&
    matchesAny(rule.purpose, request.purpose) &&
    (rule.kind?.value.includes(request.kind) ?? true) &&
    matchesAny(rule.resource, request.resource, request.foldsCase) &&
    matchesAny(rule.target, request.target) &&
    matchesAny(rule.principal, request.principal, true)
  );
}

function inTime(time: NonNullable<Conditions["time"]>["value"], now: number): boolean {
  const format = new Intl.DateTimeFormat("en-US", {
    timeZone: time.zone,
    weekday: "short",
    hour: "2-digit",
    minute: "2-digit",
    hourCycle: "h23",
  });
  const part = new Map(format.formatToParts(now).map(({ type, value }) => [type, value]));
  const minutes = Number(part.get("hour")) * 60 + Number(part.get("minute"));
  let day = DAYS.findIndex((name) => name === part.get("weekday")?.toLowerCase());
  const overnight = time.from > time.to;
  if (overnight ? minutes < time.from && minutes >= time.to : minutes < time.from || minutes >= time.to)
    return false;
  // The hours after midnight belong to the day on which the window opened.
  if (overnight && minutes < time.to) day = (day + DAYS.length - 1) % DAYS.length;
  return time.days?.flat().includes(DAYS[day] ?? "mon") ?? true;
}

function inNetwork(networks: readonly Network[], addresses: readonly string[]): Verdict {
  const known = addresses.filter((address) => isIP(address) !== 0);
  if (known.length === 0) return undefined;
  const block = new BlockList();
  for (const { address, prefix, family } of networks) block.addSubnet(address, prefix, family);
  return known.some((address) => block.check(address, isIP(address) === 4 ? "ipv4" : "ipv6"));
}

/** A condition by its name, its verdict, and what was presented and wanted, in words. */
type Judged = readonly [name: string, verdict: Verdict, words?: string | undefined];

function compared(presented: string | undefined, wanted: readonly string[]): string {
  return `the run has ${presented === undefined ? "none that is known" : quote(presented)}, the rule wants ${wanted.map(quote).join(" or ")}`;
}

/** Every condition of a rule with its verdict; the name is the key in policy.yml. */
function conditions(rule: Rule, request: PolicyRequest, evidence: Evidence): readonly Judged[] {
  const when = rule.when ?? {};
  const verdicts: Judged[] = [];
  for (const name of CLAIMS) {
    const wanted = when[name];
    if (wanted === undefined) continue;
    const claim = evidence.claims[name];
    const verdict = claim === undefined ? undefined : matchesAny(wanted, claim, FOLDED.has(name));
    verdicts.push([name, verdict, compared(claim, wanted)]);
  }
  for (const [{ value: name }, wanted] of when.properties ?? []) {
    const property = evidence.claims.properties?.[name];
    const verdict = property === undefined ? undefined : matchesAny(wanted, property);
    verdicts.push([`properties.${name}`, verdict, compared(property, wanted)]);
  }
  const { now, addresses, commit } = evidence.selfReported;
  if (when.commit !== undefined) {
    const claim = evidence.claims.commit;
    const verdict = claim === undefined || commit === undefined ? undefined : claim === commit;
    verdicts.push(["commit", verdict, compared(commit, [claim ?? "the commit of the ID token"])]);
  }
  if (rule.effect === "allow") {
    const enough = request.scope === "proven" || (request.scope === "unproven" && when.scope === "unproven");
    verdicts.push(["scope", enough, compared(request.scope, [when.scope ?? "proven"])]);
  } else if (when.scope !== undefined) {
    verdicts.push(["scope", (request.scope === "proven") === (when.scope === "proven")]);
  }
  if (when.time !== undefined) verdicts.push(["time", inTime(when.time.value, now)]);
  if (when.network !== undefined) verdicts.push(["network", inNetwork(when.network, addresses)]);
  return verdicts;
}

const SELF_REPORTED: ReadonlySet<string> = new Set(["time", "network", "commit"]);
const selfReportedOf = (verdicts: readonly Judged[]): readonly string[] =>
  verdicts.map(([name]) => name).filter((name) => SELF_REPORTED.has(name));

function failureOf(rule: Rule, verdicts: readonly Judged[]): string {
  const failed = verdicts.filter(([, verdict]) => verdict !== true);
  const words = failed.map(([name, verdict, comparison]) => {
    const of = verdict === undefined ? `${name} (not known)` : name;
    return comparison === undefined ? of : `${of}: ${comparison}`;
  });
  return `"${rule.name.value}" fails on ${words.join("; ")}`;
}

/** The verdicts of a rule if the moment were the best one for what is asked: conditions that no token proves favour it. */
function atBest(rule: Rule, verdicts: readonly Judged[]): typeof verdicts {
  return verdicts.map(([name, verdict, words]) => [
    name,
    SELF_REPORTED.has(name) ? rule.effect === "allow" : verdict,
    words,
  ]);
}

/**
 * Decides one request. Deny rules win, and what no rule allows is denied. A missing fact never helps: an allow rule
 * needs every condition true, a deny rule applies unless one is false.
 */
export function decide(file: PolicyFile | undefined, request: PolicyRequest, evidence: Evidence): Decision {
  const decision = decideBy(file, request, evidence, (_, verdicts) => verdicts);
  if (decision.effect === "allow") return decision;
  const { effect } = decideBy(file, request, evidence, atBest);
  return effect === "allow" ? { ...decision, momentary: true } : decision;
}

function decideBy(
  file: PolicyFile | undefined,
  request: PolicyRequest,
  evidence: Evidence,
  seen: typeof atBest,
): Decision {
  if (request.scope === "broken") {
    const reason = "the scope is broken, which no rule can accept";
    return { effect: "deny", rule: "(broken scope)", reason, selfReported: [] };
  }
  if (file === undefined) {
    const allowed = request.kind === "unity_catalog_credential";
    const reason = allowed
      ? `without a policy file Unity Catalog credentials may be granted (scope ${request.scope})`
      : `without a policy file "${request.kind}" cannot be granted`;
    return { effect: allowed ? "allow" : "deny", rule: "(no policy file)", reason, selfReported: [] };
  }
  const rules = file.policy.rules.filter((rule) => concerns(rule, request));
  const failures: string[] = [];
  let allowed: Decision | undefined;
  for (const rule of rules) {
    const verdicts = seen(rule, conditions(rule, request, evidence));
    if (rule.effect === "deny") {
      if (verdicts.some(([, verdict]) => verdict === false)) continue;
      const unknown = verdicts.filter(([, verdict]) => verdict === undefined).map(([name]) => name);
      const reason =
        unknown.length === 0 ? "a deny rule applies" : `${unknown.join(", ")} not known, so it applies`;
      return { effect: "deny", rule: rule.name.value, reason, selfReported: selfReportedOf(verdicts) };
    }
    if (!verdicts.every(([, verdict]) => verdict === true)) failures.push(failureOf(rule, verdicts));
    else {
      const reason =
        verdicts.length === 0 ? "unconditional" : `${verdicts.map(([name]) => name).join(", ")} as required`;
      allowed ??= { effect: "allow", rule: rule.name.value, reason, selfReported: selfReportedOf(verdicts) };
    }
  }
  if (allowed !== undefined) return allowed;
  const reason =
    failures.length > 0
      ? failures.join("; ")
      : "no rule is about this job, purpose, kind, resource and target";
  return { effect: "deny", rule: "(no rule allows it)", reason, selfReported: [] };
}
