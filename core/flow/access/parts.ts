import type { Audit } from "../../audit/audit.ts";
import type { Connection } from "../connect.ts";
import type { Step } from "../step.ts";
import type { AccessSource } from "./files.ts";

/** What the steps about access share. */
export interface AccessParts {
  readonly step: Step;
  readonly audit: Audit;
  /** The deployer's. */
  readonly connection: Connection;
  readonly source: AccessSource;
}
