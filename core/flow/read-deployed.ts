import type { DatabricksCli } from "../cli/cli.ts";
import { deployedSummary } from "../cli/deployed-summary.ts";
import { readStateIds } from "../cli/local-state.ts";
import type { Platform } from "../base/ports.ts";
import type { Plan } from "../cli/plan.ts";
import type { StateFolder } from "../cli/private-file.ts";
import type { BundleSummary } from "../cli/summary.ts";

/** Milliseconds to read what was deployed; not cut short by a cancellation, since the deployment is there. */
const READ_BACK = 60_000;

/** What there is to know of a deployment by `bundle summary`, whose every start loads the Python code of the bundle. */
export function readBack(cli: DatabricksCli): Promise<BundleSummary> {
  return cli.summary(AbortSignal.timeout(READ_BACK));
}

/** A deployment that went well, and what was known before it. */
export interface Done {
  readonly plan: Plan;
  /** Of the configuration that was planned; undefined if nobody asked for it. */
  readonly resolved: BundleSummary | undefined;
  readonly folder: StateFolder;
  /** Origin. */
  readonly host: string;
  readonly workspaceId: string | undefined;
}

/**
 * What is deployed now: from the state that the CLI has just written, or from `bundle summary` where that does not say it
 * all. Neither is proof of what is in the workspace: see {@link proveDeployed} of core/flow/deployed-here.ts.
 */
export async function readDeployed(
  cli: DatabricksCli,
  done: Done,
  platform: Platform,
): Promise<BundleSummary> {
  const { plan, resolved, folder, host, workspaceId } = done;
  if (plan.engine !== "direct" || resolved === undefined || workspaceId === undefined) return readBack(cli);
  const ids = await readStateIds(folder, resolved.target, platform);
  return (ids && deployedSummary(resolved, ids, { host, workspaceId })) ?? readBack(cli);
}
