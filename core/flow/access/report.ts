import { standardsTable } from "../../access/plan/standards.ts";
import { scopeWords } from "../../access/scope/proof.ts";
import { planRow, policyLine, proofLines } from "../../access/plan/describe.ts";
import type { AccessPlan } from "../../access/plan/plan.ts";
import type { DecidedChange } from "../../access/plan/decide.ts";
import type { Applied } from "../../access/apply/execute.ts";
import type { AccessParts } from "./parts.ts";
import { accessLines } from "../../report/access-lines.ts";
import { jsonOutput } from "../../report/outputs.ts";
import { warn } from "../step.ts";
import { FROM_PATH } from "../find-cli.ts";

/** Takes an access plan into the report, and shows it in the log where it differs from what was shown. */
export function reportAccess({ step, facts }: AccessParts, plan: AccessPlan): void {
  const before = facts.access ? accessLines(facts.access).join("\n") : "";
  facts.access = {
    rows: plan.changes.map(planRow),
    denied: plan.denied.map(planRow),
    proofs: [...plan.proofs.values()].map((proof) => ({
      job: proof.job,
      principal: proof.principal,
      words: scopeWords(proof),
      lines: proofLines(proof),
    })),
    policy: policyLine(plan),
    registrar: plan.selfRegistered ? `${plan.registrarId}, the deployer itself` : plan.registrarId,
    notes: plan.notes,
    standards: standardsTable(plan, {
      credentials: facts.scan && facts.scan.stopping.length + facts.scan.others.length,
      // Federation policies of a service principal take no pattern; credentials in Entra ID may.
      exactSubject: step.inputs.exchange === "databricks" ? true : undefined,
      pinnedCli: facts.cli && facts.cli.verified !== FROM_PATH,
    }),
  };
  const lines = accessLines(facts.access);
  if (lines.join("\n") !== before) for (const line of lines) step.ci.info(line);
  for (const text of plan.warnings) if (!facts.warnings.includes(text)) warn(step, facts, text);
}

const PLANNED = { title: "Access plan", granted: "to grant", updated: "to update", revoked: "to withdraw" };
const DONE = { title: "Access", granted: "granted", updated: "updated", revoked: "withdrawn" };
const NAMES = { grant: "granted", update: "updated", withdraw: "revoked" } as const;

/** Sets the output `access`, and says what became of each change. */
export async function reportApplied(
  { step, facts }: AccessParts,
  how: "planned" | "applied",
  changes: readonly (DecidedChange | Applied)[],
  plan: AccessPlan,
): Promise<void> {
  const { ci } = step;
  const lists = { granted: [] as object[], updated: [] as object[], revoked: [] as object[] };
  for (const one of changes) {
    const change = "change" in one ? one.change : one;
    const failed = "change" in one && one.outcome !== "done" ? one : undefined;
    const { action, job, purpose, target, object } = change;
    const what = target.describe(object);
    if (how === "applied" && (failed || action in NAMES))
      ci.info(`  ${failed?.outcome ?? "done"}: ${action} ${what} (job ${job}, ${purpose})`);
    if (failed || action === "record" || action === "unchanged") continue;
    lists[NAMES[action]].push({ job, purpose, kind: target.kind, ...object });
  }
  const unchanged = plan.changes.filter(({ action }) => action === "unchanged").length;
  const { granted, updated, revoked } = lists;
  const counts = {
    granted: granted.length,
    updated: updated.length,
    revoked: revoked.length,
    unchanged,
  };
  const words = how === "planned" ? PLANNED : DONE;
  ci.info(
    `${words.title}: ${granted.length} ${words.granted}, ${updated.length} ${words.updated}, ${revoked.length} ${words.revoked}, ${unchanged} unchanged`,
  );
  if (how === "applied" && facts.access) facts.access = { ...facts.access, result: counts };
  await jsonOutput(ci, "access", { ...lists, unchanged }, counts);
}
