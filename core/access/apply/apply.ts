import { SecretlessError, type Mistake } from "../../base/errors.ts";
import { examineAccess, fail, registrarOf, type AccessPlan } from "../plan/plan.ts";
import type { AccessRequest } from "../plan/request.ts";
import type { Change } from "../plan/changes.ts";
import type { DecidedChange } from "../plan/decide.ts";
import { execute, isChange, isRemote, type Applied } from "./execute.ts";
import type { DeclarationMistake } from "../plan/declare.ts";
import type { Apis } from "../kinds/kind.ts";
import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import { takeLock, type Lock } from "../state/lock.ts";
import { recordKey } from "../state/recorder.ts";
import { letRead, lockPath } from "../state/folder.ts";
import { removeLegacy } from "../state/legacy.ts";

export interface AccessResult {
  readonly plan: AccessPlan;
  readonly applied: readonly Applied[];
  readonly granted: number;
  readonly updated: number;
  readonly revoked: number;
  readonly unchanged: number;
}

export interface ApplyOptions {
  /** The plan that was shown and approved; undefined where everything recorded is to be withdrawn. */
  readonly approved: AccessPlan | undefined;
  /** Link to the run, for others who wait for the lock. */
  readonly holder: string;
  /** Milliseconds. */
  readonly lockTimeout: number;
  /** Shown what is about to happen, or would if it could. */
  readonly onPlan?: (plan: AccessPlan) => Promise<void>;
  /** Told of each change as soon as it is certain. */
  readonly onApplied: (applied: Applied, plan: AccessPlan) => Promise<void>;
}

/** Withdrawn because policy or proof says so now: that needs nobody's approval. */
const isRevoked = ({ action, decision }: DecidedChange): boolean =>
  action === "withdraw" && decision?.effect === "deny";

/** Stops unless everything that is about to happen was shown: someone else changed access since. */
function checkApproved(fresh: AccessPlan, approved: AccessPlan): void {
  const shown = new Set(approved.changes.map((change) => `${change.action} ${recordKey(change)}`));
  for (const change of approved.changes) if (change.unread) shown.add(`grant ${recordKey(change)}`);
  // Where the records could not be read, no plan could show what would be withdrawn.
  const hidden = ({ action }: Change): boolean => action === "withdraw" && !approved.state.readable;
  const surprises = fresh.changes.filter(
    (change) =>
      isRemote(change) &&
      !hidden(change) &&
      !isRevoked(change) &&
      !shown.has(`${change.action} ${recordKey(change)}`),
  );
  if (surprises.length === 0) return;
  throw new SecretlessError("ACCESS_PLAN_OUTDATED", {
    problem: "Access has changed since it was planned: what would happen now was not shown.",
    remedy:
      "Plan and deploy again. If another pipeline deploys the same bundle and target, let only one of them do it.",
    mistakes: surprises.map(({ action, kind, object, job, purpose }) => ({
      problem: `${action}: ${kind.describe(object)} (job "${job}", ${purpose})`,
    })),
  });
}

/** The request with connections that renew the lock as time passes: a proof of many jobs takes longer than a lease. */
function holding(request: AccessRequest, lock: Lock): AccessRequest {
  const held = (api: DatabricksApi): DatabricksApi => ({
    async call(one) {
      await lock.hold();
      return api.call(one);
    },
  });
  const all = ({ workspace, account, elsewhere, entra }: Apis): Apis => ({
    entra: entra && { ...entra, graph: held(entra.graph), arm: held(entra.arm) },
    workspace: held(workspace),
    account: account && held(account),
    elsewhere: (name) => {
      const other = elsewhere?.(name);
      return other && held(other);
    },
  });
  const { deployer, registrar } = request;
  return { ...request, deployer: all(deployer), registrar: registrar && all(registrar) };
}

function failures(applied: readonly Applied[]): readonly DeclarationMistake[] {
  const mistakes = applied.filter(({ outcome }) => outcome === "failed" || outcome === "skipped");
  return mistakes.map(({ change, outcome, reason = "" }) => {
    const { action, kind, object, job, purpose } = change;
    const mistake: Mistake = {
      problem: `Job "${job}", ${purpose}: ${action} of ${kind.describe(object)} ${outcome}: ${reason}.`,
      remedy: "What was done is recorded; mend the cause and deploy again, the next run goes on from there.",
    };
    return { code: "ACCESS_FAILED", mistake };
  });
}

/**
 * Makes access what is declared: withdraws first, then grants, each change recorded before and confirmed after. Examines
 * everything again, because the jobs exist only now; without a change it sends no writing request. A crash at any point
 * is mended by the next run.
 * @throws SecretlessError after everything possible is done: with all that failed, was denied or cannot be granted
 */
export async function applyAccess(request: AccessRequest, options: ApplyOptions): Promise<AccessResult> {
  if (registrarOf(request.files) !== undefined && request.registrar === undefined) {
    throw new Error("the policy names a registrar, so its connection is needed to apply");
  }
  let plan = await examineAccess(request);
  let applied: readonly Applied[] = [];
  if (!plan.changes.some(isChange)) await options.onPlan?.(plan);
  else {
    const { deployer, registrar, clock, signal } = request;
    const { workspace } = registrar ?? deployer;
    const { registrarId } = plan;
    const lock = await takeLock(lockPath(registrarId), {
      api: workspace,
      clock,
      holder: options.holder,
      timeout: options.lockTimeout,
      ...(signal === undefined ? {} : { signal }),
    });
    try {
      // Whoever held the lock before may have changed what was just read.
      plan = await examineAccess(holding(request, lock));
      if (options.approved !== undefined) checkApproved(plan, options.approved);
      await options.onPlan?.(plan);
      const readers = request.readers.filter((one) => one !== registrarId);
      if (plan.folder) await letRead(workspace, plan.folder, readers);
      if (plan.changes.some(isChange))
        applied = await execute(plan, request, lock, (one) => options.onApplied(one, plan));
    } finally {
      await lock.release();
    }
  }
  for (const change of plan.denied) {
    const one: Applied = { change, outcome: "denied", reason: change.decision?.reason ?? "" };
    applied = [...applied, one];
    await options.onApplied(one, plan);
  }
  const problems = [...plan.findings, ...failures(applied)];
  if (problems.length > 0) throw fail(problems);
  if (plan.legacy) await retireLegacy(request);
  const count = (action: Change["action"]): number =>
    applied.filter(({ change, outcome }) => outcome === "done" && change.action === action).length;
  return {
    plan,
    applied,
    granted: count("grant"),
    updated: count("update"),
    revoked: count("withdraw"),
    unchanged: plan.changes.filter(({ action }) => action === "unchanged").length,
  };
}

/** Everything of the earlier state is taken over; whoever may not remove its file leaves it to one that may. */
async function retireLegacy({ deployer, bundle }: AccessRequest): Promise<void> {
  try {
    await removeLegacy(deployer.workspace, bundle);
  } catch (error) {
    if (!(error instanceof ApiFailure) || !error.refused) throw error;
  }
}

/**
 * Withdraws everything that this bundle and target has granted; for `destroy`, before the bundle is destroyed.
 * @throws SecretlessError `ACCESS_FAILED` if anything is still there: then the bundle must not be destroyed
 */
export function withdrawAccess(
  request: AccessRequest,
  options: Omit<ApplyOptions, "approved">,
): Promise<AccessResult> {
  const { files } = request;
  return applyAccess({ ...request, files: { ...files, entries: [] } }, { ...options, approved: undefined });
}
