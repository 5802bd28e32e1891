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
  /** What other parts of the run have found, as far as standards ask for it. */
  readonly others: OtherParts;
}

/** undefined: that part did not look. */
export interface OtherParts {
  /** How many static credentials the scan has found so far. */
  readonly credentials: () => number | undefined;
  /** Whether the Databricks CLI was installed by its hash. */
  readonly pinnedCli: boolean | undefined;
}
