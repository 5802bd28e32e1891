import { SecretlessError, type Mistake } from "../../base/errors.ts";
import { readAccessFile } from "../files/access-file.ts";
import type { AccessFiles, AccessRequest } from "./request.ts";
import { planChanges } from "./changes.ts";
import { declareAccess, type DeclarationMistake } from "./declare.ts";
import { decideChanges, type DecidedChange } from "./decide.ts";
import { readPolicyFile, type PolicyFile } from "../files/policy-file.ts";
import { observer } from "./observe.ts";
import type { ScopeProof } from "../scope/proof.ts";
import { assumedRecords, knownState, type KnownState } from "../state/known.ts";
import { objectKey } from "../state/record.ts";
import type { AccessState } from "../state/state.ts";
import { stateWarnings } from "./state-warnings.ts";
import { kindOf, KINDS } from "../kinds/index.ts";
import type { AccessKind, KindPorts, RemoteState, RemoteView, TrustObject } from "../kinds/kind.ts";
import { securableKey, type Securable } from "../kinds/securable.ts";
import type { SourceFile } from "../../base/yaml/yaml-file.ts";

/**
 * Reads both files; needs no request.
 * @throws SecretlessError `ACCESS_FILE_INVALID` or `POLICY_FILE_INVALID` with every mistake of both files
 */
export function readAccessFiles(
  access: SourceFile | undefined,
  policy: (SourceFile & { readonly insideCheckout: boolean }) | undefined,
  kinds: readonly AccessKind[] = KINDS,
): AccessFiles {
  const entries = access === undefined ? { value: [], mistakes: [] } : readAccessFile(access, kinds);
  const rules =
    policy === undefined
      ? { value: undefined, mistakes: [] }
      : readPolicyFile(policy, policy.insideCheckout, kinds);
  const mistakes = [...entries.mistakes, ...rules.mistakes];
  if (mistakes.length > 0) {
    const code = entries.mistakes.length > 0 ? "ACCESS_FILE_INVALID" : "POLICY_FILE_INVALID";
    throw fail(mistakes.map((mistake) => ({ code, mistake })));
  }
  return { entries: entries.value ?? [], policy: rules.value };
}

export interface AccessPlan {
  readonly changes: readonly DecidedChange[];
  /** Entries that policy or proof forbids; empty in a plan that did not throw. */
  readonly denied: readonly DecidedChange[];
  readonly findings: readonly DeclarationMistake[];
  readonly warnings: readonly string[];
  readonly notes: readonly string[];
  readonly proofs: ReadonlyMap<string, ScopeProof>;
  readonly state: AccessState;
  /** Whether there is a state of an earlier version, to be removed once its records are taken over. */
  readonly legacy: boolean;
  readonly folder: KnownState["folder"];
  readonly policy: PolicyFile | undefined;
  /** Who registers trust: application ID. */
  readonly registrarId: string;
  /** Whether the policy leaves registration to a job of its own; if not, the two are unseparated. */
  readonly apart: boolean;
  /** Whether the identity that deploys registers, too. */
  readonly selfRegistered: boolean;
}

/** The registrar that the policy approves; undefined: the deployer registers. */
export function registrarOf(files: AccessFiles): string | undefined {
  return files.policy?.policy.providers?.databricks?.registrar_client_id.toLowerCase();
}

/** Whether the policy leaves registration to `command: access`, in a job that runs no code of the bundle. */
export function isApart(files: AccessFiles): boolean {
  return files.policy?.policy.providers?.databricks?.registrar === "apart";
}

/** One error for all findings, with the code of the gravest. */
export function fail(findings: readonly DeclarationMistake[]): SecretlessError {
  const order = [
    "ACCESS_FILE_INVALID",
    "POLICY_FILE_INVALID",
    "ACCESS_TARGET_UNUSABLE",
    "ACCESS_CLASH",
    "SCOPE_BROKEN",
  ];
  const rank = (finding: DeclarationMistake): number =>
    (order.indexOf(finding.code) + order.length) % order.length;
  const sorted = [...findings].sort((a, b) => rank(a) - rank(b));
  const mistakes: readonly Mistake[] = sorted.map(({ mistake }) => mistake);
  const code = sorted[0]?.code ?? "INTERNAL";
  if (mistakes.length === 1 && mistakes[0] !== undefined) return new SecretlessError(code, mistakes[0]);
  const problem = `${mistakes.length} mistakes keep access from being granted as declared.`;
  return new SecretlessError(code, { problem, mistakes });
}

async function readRemote(
  objects: readonly { readonly kind: AccessKind; readonly object: TrustObject }[],
  request: AccessRequest,
): Promise<ReadonlyMap<AccessKind, RemoteView>> {
  const used = [...new Set(objects.map(({ kind }) => kind))];
  const views = await Promise.all(
    used.map((kind) =>
      kind.read(
        objects.filter((one) => one.kind === kind).map(({ object }) => object),
        portsOf(kind, request),
      ),
    ),
  );
  return new Map(used.map((kind, index) => [kind, views[index] as RemoteView]));
}

/** What a kind works with: its connection, as the registrar where there is one. */
export function portsOf(kind: AccessKind, request: AccessRequest): KindPorts {
  const { registrar, deployer, clock, bundle, signal } = request;
  return {
    databricks: kind.connect(registrar ?? deployer),
    entra: (registrar ?? deployer).entra,
    clock,
    workspaceId: bundle.workspaceId,
    ...(signal === undefined ? {} : { signal }),
  };
}

/** In a plan the registrar has no token yet: the deployer looks, and may be shown less. */
function isRegistrarLater({ files, registrar, deployed }: AccessRequest): boolean {
  return registrarOf(files) !== undefined && registrar === undefined && !deployed;
}

function warningsOf(request: AccessRequest, proofs: readonly ScopeProof[], used: boolean): readonly string[] {
  const { files, bundle } = request;
  const warnings: string[] = [];
  if (used && !isApart(files) && (registrarOf(files) ?? request.deployerId) === request.deployerId) {
    warnings.push(
      "Unseparated: the deployer itself registers trust. Name providers.databricks.registrar_client_id in the policy, and `registrar: apart`.",
    );
  }
  if (files.policy?.insideCheckout === true) {
    warnings.push(
      `The policy ${files.policy.path} comes with the checkout: whoever edits the bundle can edit it.`,
    );
  }
  if (files.policy === undefined) {
    const unproven = proofs.filter((proof) => proof.grade === "unproven").map((proof) => proof.job);
    if (unproven.length > 0)
      warnings.push(
        `Scope is unproven for ${unproven.join(", ")}, and no policy file says whether that is accepted.`,
      );
  }
  for (const entry of files.entries) {
    if (entry.targets !== undefined && !entry.targets.includes(bundle.target)) continue;
    if (entry.present === "databricks")
      warnings.push(
        `"${entry.purpose.value}" presents a token of the workspace itself, which is experimental.`,
      );
  }
  return warnings;
}

/** The plan with its findings, whatever they are; {@link planAccess} throws them, applying works around them. */
export async function examineAccess(request: AccessRequest): Promise<AccessPlan> {
  const { files, deployerId, evidence, deployer, clock } = request;
  const registrarLater = isRegistrarLater(request);
  const see = observer(request, registrarLater);
  const bundle = await see.bundle();
  const {
    declared,
    findings: inFiles,
    unclear,
  } = declareAccess(files.entries, bundle, {
    now: clock.now(),
    policy: files.policy?.policy,
    entra: request.entra,
  });
  const live = declared.filter((entry) => entry.expired === undefined);
  const registrarId = registrarOf(files) ?? deployerId;
  const known = await knownState(
    {
      api: (request.registrar ?? deployer).workspace,
      deployer: deployer.workspace,
      ...{ registrarId, registrarLater, owner: request.owner, bundle, looksOnly: request.looksOnly === true },
    },
    live,
  );
  const { state } = known;
  const recorded = state.records
    .map((record) => ({
      kind: kindOf(record.kind, request.kinds),
      object: record.object,
      ...{ name: record.name, phase: record.phase },
    }))
    .filter(
      (one): one is typeof one & { kind: AccessKind } => one.kind !== undefined && one.phase !== "expired",
    );
  const wanted = new Set(live.map(({ kind, object }) => objectKey(kind.name, object)));
  const leaving = recorded
    .filter(({ name, kind, object }) => !unclear.has(name) && !wanted.has(objectKey(kind.name, object)))
    .map(({ kind, object }) => kind.grant(object))
    .filter((grant) => grant !== undefined);
  const needs = new Map<string, readonly Securable[]>();
  for (const { job, securables } of live) {
    const all = [...(needs.get(job.key) ?? []), ...securables];
    needs.set(job.key, [...new Map(all.map((one) => [securableKey(one), one])).values()]);
  }
  const coming = live.map(({ kind, object }) => kind.grant(object)).filter((grant) => grant !== undefined);
  const objects = [...live, ...recorded];
  const [views, proofs] = await Promise.all([
    readRemote(objects, request),
    see.proofs({ bundle, needs, coming, leaving }),
  ]);
  const missing = { state: "unreadable", missingRight: "the provider" } as const;
  // A listing leaves out what the caller may not see: only the one who registers knows that something is not there.
  const unseen = { state: "unreadable", missingRight: "the registrar's rights" } as const;
  const remote = (kind: AccessKind, object: TrustObject): RemoteState => {
    const seen = views.get(kind)?.plan(object) ?? missing;
    return seen.state === "absent" && registrarLater ? unseen : seen;
  };
  const records = state.readable ? state.records : [...state.records, ...assumedRecords(live, remote)];
  const planned = planChanges(declared, records, remote, { kinds: request.kinds, unclear });
  const decided = decideChanges(planned, declared, {
    proofs,
    policy: files.policy,
    evidence,
    bundle,
    deployed: request.deployed,
  });
  const notes = live.flatMap(({ kind, object }) => views.get(kind)?.notes(object) ?? []);
  const principals = bundle.jobs.flatMap(({ runAs }) =>
    runAs.kind === "service_principal" ? [runAs.applicationId] : [],
  );
  return {
    changes: decided.changes,
    denied: decided.denied,
    findings: [...inFiles, ...planned.findings, ...decided.findings],
    warnings: [
      ...warningsOf(request, [...proofs.values()], objects.length > 0),
      ...planned.warnings,
      ...decided.warnings,
      ...stateWarnings({ known, views, principals, objects }),
    ],
    notes: [...new Set(notes)],
    proofs,
    state,
    legacy: known.legacy !== undefined,
    folder: known.folder,
    policy: files.policy,
    registrarId,
    apart: isApart(files),
    selfRegistered: registrarId === deployerId && !isApart(files),
  };
}

/**
 * What would be granted, changed and withdrawn, proven and decided; changes nothing. `onPlan` is shown the plan also
 * where it cannot be carried out.
 * @throws SecretlessError with every mistake: an entry that cannot be granted stops the run before anything is deployed
 */
export async function planAccess(
  request: AccessRequest,
  onPlan?: (plan: AccessPlan) => Promise<void>,
): Promise<AccessPlan> {
  const plan = await examineAccess(request);
  await onPlan?.(plan);
  if (plan.findings.length > 0) throw fail(plan.findings);
  return plan;
}
