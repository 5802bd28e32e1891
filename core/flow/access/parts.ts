import type { AuditFile } from "../../audit/audit.ts";
import type { Session } from "../../federation/session.ts";
import type { Facts } from "../../report/facts.ts";
import type { Step } from "../step.ts";
import type { AccessSource } from "./files.ts";

/** What the steps about access share. */
export interface AccessParts {
  readonly step: Step;
  readonly facts: Facts;
  readonly audit: AuditFile;
  /** The deployer's. */
  readonly session: Session;
  readonly source: AccessSource;
}
