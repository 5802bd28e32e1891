import type { AccessPlan } from "../access/plan/plan.ts";
import { standardsTable, type StandardRow } from "../access/plan/standards.ts";
import type { Facts } from "../report/facts.ts";
import type { BegunStep } from "./step.ts";

/** The table of standards, from what the run has found so far. */
export function standardsOf(
  { ci, inputs }: Pick<BegunStep, "ci" | "inputs">,
  { scan, cli, idToken, principal, unpinned }: Facts,
  access: AccessPlan | undefined,
): readonly StandardRow[] {
  const found = scan && [...scan.stopping, ...scan.others];
  const findings = found && new Map<string, number>();
  for (const { rule } of found ?? []) findings?.set(rule.owasp, (findings.get(rule.owasp) ?? 0) + 1);
  return standardsTable({
    findings,
    cli,
    unpinned,
    idToken: idToken && {
      subject: idToken.subject,
      openTo:
        idToken.event !== undefined && ci.dialect.isOpenToAnybody(idToken.event) ? idToken.event : undefined,
      exact: inputs.exchange.exactSubject,
      environment: idToken.environment,
    },
    principal: principal?.applicationId,
    access,
  });
}
