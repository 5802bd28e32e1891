import { scopeWords } from "../../access/scope/proof.ts";
import { planRow, policyLine, proofChecks, proofLines } from "../../access/plan/describe.ts";
import type { AccessPlan } from "../../access/plan/plan.ts";
import type { DecidedChange } from "../../access/plan/decide.ts";
import type { Applied } from "../../access/apply/execute.ts";
import type { AccessParts } from "./parts.ts";
import { accessLines } from "../../report/access-lines.ts";
import type { AccessFacts } from "../../report/facts.ts";
import { jsonOutput } from "../../report/outputs.ts";
import { warn } from "../step.ts";

const PLANNED = { title: "Access plan", granted: "to grant", updated: "to update", revoked: "to withdraw" };
const DONE = { title: "Access", granted: "granted", updated: "updated", revoked: "withdrawn" };
const NAMES = { grant: "granted", update: "updated", withdraw: "revoked" } as const;

function registrarWords({ apart, selfRegistered }: AccessPlan): string {
  if (apart) return "apart: in a job of its own";
  return selfRegistered ? "the deployer itself: unseparated" : "in the step that deploys: unseparated";
}

/** Shows what is planned about access and what became of it, in the log and in the report. */
export class AccessReport {
  readonly #parts: AccessParts;
  /** What was shown last. */
  #shown: AccessFacts | undefined;
  readonly #warned = new Set<string>();

  constructor(parts: AccessParts) {
    this.#parts = parts;
  }

  /** Takes a plan into the report, and shows it in the log where it differs from what was shown. */
  plan(plan: AccessPlan): void {
    const { step } = this.#parts;
    const before = this.#shown ? accessLines(this.#shown).join("\n") : "";
    const access: AccessFacts = {
      rows: plan.changes.map(planRow),
      denied: plan.denied.map(planRow),
      proofs: [...plan.proofs.values()].map((proof) => ({
        job: proof.job,
        principal: proof.principal,
        words: scopeWords(proof),
        lines: proofLines(proof),
        checks: proofChecks(proof),
      })),
      policy: policyLine(plan),
      registrar: `${plan.registrarId}, ${registrarWords(plan)}`,
      notes: plan.notes,
    };
    this.#shown = access;
    step.found({ access });
    const lines = accessLines(access);
    if (lines.join("\n") !== before) for (const line of lines) step.ci.info(line);
    for (const text of plan.warnings) {
      if (this.#warned.has(text)) continue;
      this.#warned.add(text);
      warn(step, text);
    }
  }

  /** Sets the output `access`, and says what became of each change. */
  async changes(
    how: "planned" | "applied",
    changes: readonly (DecidedChange | Applied)[],
    plan: AccessPlan,
  ): Promise<void> {
    const { ci, found } = this.#parts.step;
    const withdrawn: string[] = [];
    const lists = { granted: [] as object[], updated: [] as object[], revoked: [] as object[] };
    for (const one of changes) {
      const change = "change" in one ? one.change : one;
      const failed = "change" in one && one.outcome !== "done" ? one : undefined;
      const { action, job, purpose, kind, object } = change;
      const what = kind.describe(object);
      if (how === "applied" && (failed || action in NAMES))
        ci.info(`  ${failed?.outcome ?? "done"}: ${action} ${what} (job ${job}, ${purpose})`);
      if (failed || action === "record" || action === "unchanged") continue;
      if (action === "withdraw") withdrawn.push(`${what} (job ${job}, ${purpose})`);
      lists[NAMES[action]].push({ job, purpose, kind: kind.name, ...object });
    }
    const unchanged = plan.changes.filter(({ action }) => action === "unchanged").length;
    const { granted, updated, revoked } = lists;
    const counts = {
      granted: granted.length,
      updated: updated.length,
      revoked: revoked.length,
      unchanged,
    };
    this.#warnOfWithdrawals(withdrawn, how);
    const words = how === "planned" ? PLANNED : DONE;
    ci.info(
      `${words.title}: ${granted.length} ${words.granted}, ${updated.length} ${words.updated}, ${revoked.length} ${words.revoked}, ${unchanged} unchanged`,
    );
    if (how === "applied" && this.#shown) found({ access: { ...this.#shown, result: counts } });
    await jsonOutput(ci, "access", { ...lists, unchanged }, counts);
  }

  /** What a job could reach until now and no longer can is never a side note: a mistake in a file may be the cause. */
  #warnOfWithdrawals(withdrawn: readonly string[], how: "planned" | "applied"): void {
    const text = withdrawn.join("; ");
    if (text === "" || this.#warned.has(text)) return;
    this.#warned.add(text);
    const verb = how === "planned" ? "is to be withdrawn" : "was withdrawn";
    warn(this.#parts.step, `Access ${verb}, as it is no longer declared or allowed: ${text}.`);
  }
}
