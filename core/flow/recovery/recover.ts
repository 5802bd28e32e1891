import { callError, type DatabricksApi } from "../../api/client.ts";
import { quote } from "../../base/quote.ts";
import type { DatabricksCli } from "../../cli/cli.ts";
import { warn, type Step } from "../step.ts";
import type { During } from "../when-free.ts";
import type { LeftLease } from "../lease/lease-text.ts";
import { catalogObjects } from "./catalog-objects.ts";
import { dashboards } from "./dashboards.ts";
import { judge, unrecorded, type Recovery } from "./unrecorded.ts";

interface Recovering {
  readonly step: Step;
  readonly cli: DatabricksCli;
  readonly api: DatabricksApi;
}

/**
 * What a dead run created and recorded nowhere is bound to its key of the bundle before the next deployment, which would
 * create it again. What is not surely ours is reported; nothing is deleted.
 * @returns whether something was bound
 * @throws SecretlessError
 */
export async function recover(
  { step, cli, api }: Recovering,
  left: LeftLease,
  during: During,
): Promise<boolean> {
  const { ci, inputs, signal } = step;
  // A plan fetches the state of this moment.
  await cli.plan(signal);
  const { adopted, reported } = await look({ api, cli, principal: inputs.clientId, left }, signal);
  for (const { kind, key, id, name, known } of adopted) {
    const what = known ? "changed" : "created";
    ci.info(
      `${kind}.${key} (${quote(name)}, ${id}) was ${what} by a run that died, and that is recorded nowhere: it is adopted.`,
    );
    if (known) await during(() => cli.unbind(key));
    await during(() => cli.bind(key, id));
  }
  report(step, reported);
  return adopted.length > 0;
}

/** After a deployment that failed: tells what it created and recorded nowhere. The next run adopts it. */
export async function tellUnrecorded({ step, cli, api }: Recovering, signal: AbortSignal): Promise<void> {
  const { adopted, reported } = await look({ api, cli, principal: step.inputs.clientId }, signal);
  for (const { kind, key, id, name } of adopted)
    step.ci.info(
      `${kind}.${key} (${quote(name)}, ${id}) was created, but not recorded: the next run of this step adopts it.`,
    );
  report(step, reported);
}

interface Look {
  readonly api: DatabricksApi;
  readonly cli: DatabricksCli;
  readonly principal: string;
  /** Of the run that died; without it only what says itself where it was deployed from is looked for. */
  readonly left?: LeftLease;
}

async function look({ api, cli, principal, left }: Look, signal: AbortSignal): Promise<Recovery> {
  const summary = await cli.summary(signal);
  try {
    const [unknown, objects] = await Promise.all([
      unrecorded(api, summary),
      left ? Promise.all([catalogObjects(api, summary.tree, left), dashboards(api, summary, left)]) : [],
    ]);
    return judge(unknown, objects.flat(), summary, principal);
  } catch (error) {
    throw callError("The look for what was created and not recorded", error);
  }
}

function report(step: Step, reported: Recovery["reported"]): void {
  for (const { kind, id, name, why } of reported)
    warn(
      step,
      `${quote(name)} (${kind} ${quote(id)}) belongs to this bundle as it seems, but the bundle's state does not know it. It was left as it is: ` +
        `${quote(why)}.`,
    );
}
