import type { Audit } from "../../audit/audit.ts";
import { scanEvent, type AuditedFinding } from "../../audit/events/scan.ts";
import type { ScanFacts } from "../../report/facts.ts";
import type { Finding } from "../../scan/finding.ts";
import type { BegunStep } from "../step.ts";

/** Puts each look of the scan on record as soon as it is done. */
export function scanAudit(
  { ci, inputs }: Pick<BegunStep, "ci" | "inputs">,
  audit: Pick<Audit, "note">,
): (scan: ScanFacts) => void {
  const { host } = inputs;
  return ({ stopping, others, accepted }) => {
    const findings = [...stopping.map(audited(true)), ...others.map(audited(false))];
    audit.note(scanEvent({ host, runner: ci.context.ciName, accepted, findings }));
  };
}

const audited =
  (blocking: boolean) =>
  ({ rule, place, fingerprint }: Finding): AuditedFinding => ({
    rule: rule.id,
    file: place.file,
    line: place.line,
    fingerprint,
    blocking,
  });
