import type { Json } from "../api/json.ts";
import { allRight } from "../base/all-right.ts";
import { SecretlessError } from "../base/errors.ts";
import { losses, type Plan, type PlanEntry } from "../cli/plan.ts";
import type { BundleSummary } from "../cli/summary.ts";
import { warn, type Step } from "../flow/step.ts";
import type { ChangedValue } from "../report/facts.ts";
import { planLine } from "../report/plan-section.ts";
import { jsonOutput } from "../report/outputs.ts";
import type { CommandContext } from "./command.ts";

/** The command `plan`. */
export async function showPlan(context: CommandContext): Promise<void> {
  await planBundle(context);
}

export interface Planned {
  readonly plan: Plan;
  /** What the CLI resolved the configuration to; undefined if nobody asked for it. */
  readonly resolved: BundleSummary | undefined;
}

/**
 * Plans the bundle, shows the plan, and checks that it may be carried out: by scan, by policy, and by what it deletes.
 * Nothing remote is changed.
 * @throws SecretlessError what scan and access throw; `DESTRUCTIVE_PLAN` for a deployment that would need `auto-approve`
 */
export async function planBundle({ step, cli, access, scan }: CommandContext): Promise<Planned> {
  const { ci, signal, found } = step;
  const result = await ci.group("Plan", () => cli.plan(signal));
  const { plan } = result;
  const changed = plan.entries.filter(({ action }) => action !== "skip");
  const planned = {
    changes: changed.map(({ action, resource, fields }) => ({ action, resource, fields })),
    unchanged: plan.entries.length - changed.length,
  };
  const values = new Map(changed.map(({ resource, values: all = [] }) => [resource, all.map(shownValue)]));
  found({
    plan: {
      ...planned,
      changes: planned.changes.map((change) => ({ ...change, values: values.get(change.resource) ?? [] })),
    },
  });
  for (const { action, resource, fields } of planned.changes) {
    ci.info(`  ${action} ${resource}${fields.length > 0 ? ` (${fields.join(", ")})` : ""}`);
  }
  ci.info(`Plan: ${planLine(planned)}`);
  await jsonOutput(ci, "plan", planned, { changed: changed.length, unchanged: planned.unchanged });
  if (plan.engine === "terraform") warn(step, TERRAFORM);
  const refused = refusedLosses(step, plan);
  // One start of the CLI for all who ask; none where nobody does.
  let asked: Promise<BundleSummary> | undefined;
  const summary = (): Promise<BundleSummary> => (asked ??= cli.summary(signal));
  await allRight([
    scan.planned(result, summary),
    access.plan(summary),
    refused ? Promise.reject(refused) : Promise.resolve(),
  ]);
  return { plan, resolved: await asked };
}

/** For people: a text as it is, anything else as JSON. */
function shownValue({ path, old, now }: NonNullable<PlanEntry["values"]>[number]): ChangedValue {
  const text = (value: Json | undefined): string | undefined =>
    value === undefined || typeof value === "string" ? value : JSON.stringify(value);
  return { path, old: text(old), now: text(now) };
}

function refusedLosses({ ci, inputs }: Step, plan: Plan): SecretlessError | undefined {
  if (!inputs.command.changes) return undefined;
  const refused = losses(plan).filter(({ resource }) => !inputs.autoApprove.covers(resource));
  if (refused.length === 0) return undefined;
  const label = ci.inputLabel("auto-approve");
  return new SecretlessError("DESTRUCTIVE_PLAN", {
    problem: "The deployment would delete or recreate resources. Nothing was changed.",
    expected: `a plan without deletions, or \`${label}: true\``,
    remedy:
      `If this is what you want, set \`${label}\` for this run: to \`${kindsOf(refused)}\` for these kinds alone, or to ` +
      "`true` for all.",
    mistakes: refused.map(({ resource, action, lost: what }) => ({
      problem: `${action} ${resource}: loses ${what}`,
    })),
  });
}

/** The kinds of these resources as `auto-approve` takes them. */
export function kindsOf(resources: readonly { readonly resource: string }[]): string {
  return [...new Set(resources.map(({ resource }) => resource.slice(0, resource.indexOf("."))))].join(", ");
}

const TERRAFORM =
  "The state of this deployment is Terraform's. It is deployed, but the plan shows no fields, the CLI downloads Terraform " +
  "and its provider, and what is lost with a resource is known less well. `databricks bundle deployment migrate` moves the " +
  "state to the CLI's own engine.";
