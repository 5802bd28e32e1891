import type { Access } from "./access-step.ts";
import { toMistake, type DatabricksCli } from "./databricks/cli.ts";
import type { Diagnostic } from "./databricks/diagnostics.ts";
import { losses, type Plan } from "./databricks/plan.ts";
import { SecretlessError } from "./errors.ts";
import type { Facts } from "./report/facts.ts";
import { planLine } from "./report/job-summary.ts";
import { jsonOutput } from "./report/outputs.ts";
import { warn, type Step } from "./run.ts";

/**
 * Plans the bundle, shows the plan, and checks that it may be carried out. Nothing remote is changed.
 * @throws SecretlessError `DESTRUCTIVE_PLAN` for a deployment that would need `auto-approve`
 */
export async function planBundle(
  step: Step,
  cli: DatabricksCli,
  facts: Facts,
  access: Access,
): Promise<Plan> {
  const { host, inputs, signal } = step;
  const { plan, diagnostics } = await host.group("Plan", () => cli.plan(signal));
  for (const diagnostic of diagnostics) annotate(diagnostic);
  const changed = plan.entries.filter(({ action }) => action !== "skip");
  facts.plan = {
    changes: changed.map(({ action, resource, fields }) => ({ action, resource, fields })),
    unchanged: plan.entries.length - changed.length,
  };
  for (const { action, resource, fields } of facts.plan.changes) {
    host.info(`  ${action} ${resource}${fields.length > 0 ? ` (${fields.join(", ")})` : ""}`);
  }
  host.info(`Plan: ${planLine(facts.plan)}`);
  const { changes, unchanged } = facts.plan;
  await jsonOutput(host, "plan", facts.plan, { changed: changes.length, unchanged });
  if (plan.engine === "terraform") warn(step, facts, TERRAFORM);
  await access.plan(cli);
  const lost = losses(plan);
  if (lost.length > 0 && inputs.command === "deploy" && !inputs.autoApprove) {
    throw new SecretlessError("DESTRUCTIVE_PLAN", {
      problem: "The deployment would delete or recreate resources. Nothing was changed.",
      expected: `a plan without deletions, or \`${host.inputLabel("auto-approve")}: true\``,
      remedy: `If this is what you want, set \`${host.inputLabel("auto-approve")}\` to \`true\` for this run.`,
      mistakes: lost.map(({ resource, action, lost: what }) => ({
        problem: `${action} ${resource}: loses ${what}`,
      })),
    });
  }
  return plan;

  function annotate(diagnostic: Diagnostic): void {
    const { problem, place } = toMistake(diagnostic);
    host.annotate(diagnostic.severity === "recommendation" ? "notice" : "warning", problem, place);
  }
}

const TERRAFORM =
  "The state of this deployment is Terraform's. It is deployed, but the plan shows no fields, the CLI downloads Terraform " +
  "and its provider, and what is lost with a resource is known less well. `databricks bundle deployment migrate` moves the " +
  "state to the CLI's own engine.";
