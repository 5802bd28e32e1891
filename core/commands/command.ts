import type { DatabricksApi } from "../api/client.ts";
import type { Audit } from "../audit/audit.ts";
import type { DatabricksCli, PlanResult } from "../cli/cli.ts";
import type { BundleSummary } from "../cli/summary.ts";
import type { PrivateFolder } from "../cli/environment.ts";
import type { Access } from "../flow/access/access.ts";
import type { Connection } from "../flow/connect.ts";
import type { StepService } from "../flow/service/step-service.ts";
import type { Step } from "../flow/step.ts";

/** The scan of a run, from its plan on; the sources have been scanned by then. */
export interface CommandScan {
  /** Looks into the artifacts that the plan has built, and the configuration that the CLI has resolved. */
  planned(result: PlanResult, summary: () => Promise<BundleSummary>): Promise<void>;
  /** Looks into what a deployment has uploaded; `complete` if it went well. */
  deployed(complete: boolean): Promise<void>;
}

/** What a command works with, once everything about the run is proven. What it has not said it needs throws when read. */
export interface CommandContext {
  readonly step: Step;
  readonly audit: Pick<Audit, "note">;
  /** The approved workspace, as the deploying principal. */
  readonly api: DatabricksApi;
  readonly connection: Connection;
  readonly cli: DatabricksCli;
  readonly access: Access;
  readonly scan: CommandScan;
  readonly service: StepService;
  /** What the CLI has written in this run. */
  readonly folder: PrivateFolder;
  /** Simple values of the bundle's variables, by name. */
  readonly variables: Readonly<Record<string, string>>;
}

/** Does what the command promises. @throws SecretlessError */
export type RunCommand = (context: CommandContext) => Promise<void>;
