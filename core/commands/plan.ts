import type { Access } from "../flow/access/access.ts";
import { allRight } from "../base/all-right.ts";
import { toMistake, type DatabricksCli, type PlanResult } from "../cli/cli.ts";
import type { Diagnostic } from "../cli/diagnostics.ts";
import { losses, type Plan } from "../cli/plan.ts";
import type { BundleSummary } from "../cli/summary.ts";
import { SecretlessError } from "../base/errors.ts";
import type { Facts } from "../report/facts.ts";
import { planLine } from "../report/job-summary.ts";
import { jsonOutput } from "../report/outputs.ts";
import { warn, type Step } from "../flow/step.ts";

/** What is checked beside the bundle's own plan, before anything is changed. */
export interface PlanChecks {
  /** The artifacts that the plan has built, and the configuration that the CLI has resolved. */
  readonly scan: (result: PlanResult, summary: () => Promise<BundleSummary>) => Promise<void>;
  /** What a deployment has uploaded; `complete` if it went well. */
  readonly uploaded: (complete: boolean) => Promise<void>;
  readonly access: Access;
}

/**
 * Plans the bundle, shows the plan, and checks that it may be carried out; `scan` looks for static credentials in what was
 * planned. Nothing remote is changed.
 * @throws SecretlessError what `scan` throws; `DESTRUCTIVE_PLAN` for a deployment that would need `auto-approve`
 */
export async function planBundle(
  step: Step,
  cli: DatabricksCli,
  facts: Facts,
  checks: PlanChecks,
): Promise<Plan> {
  const { ci, signal } = step;
  const result = await ci.group("Plan", () => cli.plan(signal));
  const { plan, diagnostics } = result;
  for (const diagnostic of diagnostics) annotate(diagnostic);
  const changed = plan.entries.filter(({ action }) => action !== "skip");
  facts.plan = {
    changes: changed.map(({ action, resource, fields }) => ({ action, resource, fields })),
    unchanged: plan.entries.length - changed.length,
  };
  for (const { action, resource, fields } of facts.plan.changes) {
    ci.info(`  ${action} ${resource}${fields.length > 0 ? ` (${fields.join(", ")})` : ""}`);
  }
  ci.info(`Plan: ${planLine(facts.plan)}`);
  const { changes, unchanged } = facts.plan;
  await jsonOutput(ci, "plan", facts.plan, { changed: changes.length, unchanged });
  if (plan.engine === "terraform") warn(step, facts, TERRAFORM);
  const refused = refusedLosses(step, plan);
  // One start of the CLI for all who ask; none where nobody does.
  let asked: Promise<BundleSummary> | undefined;
  const summary = (): Promise<BundleSummary> => (asked ??= cli.summary(signal));
  await allRight([
    checks.scan(result, summary),
    checks.access.plan(summary),
    refused ? Promise.reject(refused) : Promise.resolve(),
  ]);
  return plan;

  function annotate(diagnostic: Diagnostic): void {
    const { problem, place } = toMistake(diagnostic);
    ci.annotate(diagnostic.severity === "recommendation" ? "notice" : "warning", problem, place);
  }
}

function refusedLosses({ ci, inputs }: Step, plan: Plan): SecretlessError | undefined {
  const lost = losses(plan);
  if (lost.length === 0 || inputs.command !== "deploy" || inputs.autoApprove) return undefined;
  return new SecretlessError("DESTRUCTIVE_PLAN", {
    problem: "The deployment would delete or recreate resources. Nothing was changed.",
    expected: `a plan without deletions, or \`${ci.inputLabel("auto-approve")}: true\``,
    remedy: `If this is what you want, set \`${ci.inputLabel("auto-approve")}\` to \`true\` for this run.`,
    mistakes: lost.map(({ resource, action, lost: what }) => ({
      problem: `${action} ${resource}: loses ${what}`,
    })),
  });
}

const TERRAFORM =
  "The state of this deployment is Terraform's. It is deployed, but the plan shows no fields, the CLI downloads Terraform " +
  "and its provider, and what is lost with a resource is known less well. `databricks bundle deployment migrate` moves the " +
  "state to the CLI's own engine.";
