import { quote } from "../../base/quote.ts";
import type { ErrorCode, Mistake } from "../../base/errors.ts";
import type { AccessEntry } from "../files/access-file.ts";
import { accessName, type BundleFacts, type BundleJob } from "../bundle-facts.ts";
import { bundleGrants, type BundleGrants } from "../scope/bundle-grants.ts";
import { runAsWords } from "../scope/principal.ts";
import { resolveReferences } from "../files/references.ts";
import type { Placed } from "../../base/yaml/shape.ts";
import type { Policy } from "../files/policy-shape.ts";
import type { AccessKind, EntraPlace, SecurableGrant, TrustObject } from "../kinds/kind.ts";
import { securableKey, shown, type Securable } from "../kinds/securable.ts";
import { SERVICE_CREDENTIALS } from "../kinds/unity-catalog-credential.ts";

/** A mistake with the code that the run ends with if it is the first of its kind. */
export interface DeclarationMistake {
  readonly code: ErrorCode;
  readonly mistake: Mistake;
}

/** Where an entry comes from, and which deployed job it is for ("" before the deployment). */
export interface EntryOrigin {
  readonly bundle: string;
  readonly target: string;
  readonly jobId: string;
}

/** An entry of access.yml as it stands for this target of the bundle. */
export interface Declared {
  readonly name: string;
  readonly job: BundleJob;
  readonly origin: EntryOrigin;
  readonly purpose: Placed<string>;
  readonly kind: AccessKind;
  readonly object: TrustObject;
  /** Set if the last day of the access is over. */
  readonly expired: string | undefined;
  /** What the access goes through in Unity Catalog; the proof is about it. */
  readonly securables: readonly Securable[];
}

const DAY = 86_400_000;

/** Whether the whole of that day (UTC) is over. */
function isOver(date: string, now: number): boolean {
  return now >= Date.parse(`${date}T00:00:00Z`) + DAY;
}

function runAsMistake(entry: AccessEntry, job: BundleJob): DeclarationMistake {
  return {
    code: "SCOPE_BROKEN",
    mistake: {
      problem: `Job "${job.key}" runs as ${runAsWords(job.runAs)}, so its access cannot stay with the job.`,
      expected: "run_as with a service_principal_name of its own",
      remedy: `Set run_as.service_principal_name of job "${job.key}" in the bundle.`,
      place: entry.job.place,
    },
  };
}

/** Where a token may go is approved in the policy, never in access.yml. */
function unapproved({ kind, purpose, job }: AccessEntry, hasPolicy: boolean): DeclarationMistake {
  const { name, provider } = kind;
  return {
    code: "ACCESS_DENIED",
    mistake: {
      problem: `Job "${job.value}", ${purpose.value}: "${name}" cannot be granted, as no policy approves the provider "${provider}".`,
      expected: `providers.${provider} in the policy file`,
      actual: hasPolicy ? "a policy without it" : "no policy file",
      remedy: "Ask the owner of the policy file to approve it, or take the entry out.",
      place: purpose.place,
    },
  };
}

/** What the target sees, with its references replaced; undefined where nothing is presented or a reference leads nowhere. */
function presentOf(
  { present }: AccessEntry,
  resolve: (source: Placed<string>) => string | undefined,
): { readonly credential: string; readonly audience: string } | undefined {
  if (present === undefined || present === "databricks") return undefined;
  const [credential, audience] = [resolve(present.credential), resolve(present.audience)];
  if (credential === undefined || audience === undefined) return undefined;
  return { credential: credential.toLowerCase(), audience };
}

export interface Declarations {
  readonly declared: readonly Declared[];
  readonly findings: readonly DeclarationMistake[];
  /** Names of entries of which a mistake hides what they ask for: what is recorded for them stays as it is. */
  readonly unclear: ReadonlySet<string>;
}

/** What an entry means depends on these besides the bundle. */
export interface Circumstances {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly policy: Policy | undefined;
  readonly entra: EntraPlace | undefined;
}

/** What access.yml asks for in this target of the bundle, and everything that is wrong with it. */
export function declareAccess(
  entries: readonly AccessEntry[],
  bundle: BundleFacts,
  { now, policy, entra }: Circumstances,
): Declarations {
  const unclear = new Set<string>();
  const findings: DeclarationMistake[] = [];
  const declared: Declared[] = [];
  const invalid = (mistake: Mistake): void => {
    findings.push({ code: "ACCESS_FILE_INVALID", mistake });
  };
  const managed = bundleGrants(bundle.config);
  const unknown = new Set<string>();
  const wrongRunAs = new Set<string>();
  for (const entry of entries) {
    if (entry.targets?.includes(bundle.target) === false) continue;
    const job = bundle.jobs.find((one) => one.key === entry.job.value);
    if (job === undefined) {
      if (!unknown.has(entry.job.value)) {
        invalid({
          problem: `The bundle has no job "${quote(entry.job.value)}" in target "${bundle.target}".`,
          expected: bundle.jobs.map((one) => one.key).join(", ") || "a job of the bundle",
          actual: quote(entry.job.value),
          remedy: "Correct the key, or name the targets that have the job under `targets:` of the entry.",
          place: entry.job.place,
        });
      }
      unknown.add(entry.job.value);
      continue;
    }
    if (job.runAs.kind !== "service_principal") {
      if (!wrongRunAs.has(job.key)) findings.push(runAsMistake(entry, job));
      wrongRunAs.add(job.key);
      continue;
    }
    const name = accessName(bundle, job.key, entry.purpose.value);
    const over = entry.until === undefined ? false : isOver(entry.until.value, now);
    const resolve = (source: Placed<string>): string | undefined =>
      resolveReferences(source, bundle.config, invalid);
    if (entry.kind.needsProvider && policy?.providers?.[entry.kind.provider] === undefined) {
      findings.push(unapproved(entry, policy !== undefined));
      continue;
    }
    const present = presentOf(entry, resolve);
    const context = {
      ...{ principal: job.runAs.applicationId, name, resolve, report: invalid, entra },
      ...(present && { present }),
    };
    const object = entry.kind.object(entry.spec, context);
    if (object === undefined) {
      unclear.add(name);
      continue;
    }
    const grant = entry.kind.grant(object);
    const conflict = takenBack(grant, managed);
    if (conflict) {
      const { place } = entry.purpose;
      findings.push({ code: "ACCESS_TARGET_UNUSABLE", mistake: { ...conflict, place } });
      unclear.add(name);
      continue;
    }
    declared.push({
      name,
      job,
      origin: { bundle: bundle.name, target: bundle.target, jobId: job.id ?? "" },
      purpose: entry.purpose,
      kind: entry.kind,
      object,
      expired: over ? entry.until?.value : undefined,
      securables: [grant ?? (present && { of: SERVICE_CREDENTIALS, name: present.credential })].filter(
        (securable) => securable !== undefined,
      ),
    });
  }
  return { declared, findings, unclear };
}

/** The bundle manages the object with `grants:` of its own: each deployment would take back what is granted. */
function takenBack(
  grant: SecurableGrant | undefined,
  managed: readonly BundleGrants[],
): Omit<Mistake, "place"> | undefined {
  const own = grant && managed.find(({ key }) => key === securableKey(grant));
  if (grant === undefined || own === undefined) return undefined;
  return {
    problem: `${shown(grant)} has \`grants:\` in the bundle (${own.resource}), which are the whole list: each deployment would take this access back.`,
    expected: `${own.resource} without \`grants:\``,
    remedy:
      "Take `grants:` out of that resource and grant what else is needed where it is not deployed, or take the entry out.",
  };
}
