import type { SecretlessError } from "../base/errors.ts";
import type { Ci } from "../ci/ci.ts";
import { carefulCi } from "./careful-ci.ts";
import { errorText } from "./error-text.ts";
import type { Facts } from "./facts.ts";
import { withInputLabels } from "../ci/inputs/labels.ts";
import { jobSummary } from "./job-summary.ts";
import { fenced } from "./markdown.ts";

/** Shows the result of a run in the job summary. */
export async function reportSuccess(ci: Ci, facts: Facts): Promise<void> {
  await ci.summary(jobSummary(facts));
}

/** Shows an error in the log, as annotations at the places that it names, and in the job summary. */
export async function reportFailure(ci: Ci, error: SecretlessError, facts?: Facts): Promise<void> {
  const careful = carefulCi(ci);
  const text = withInputLabels(errorText(error), ci);
  careful.annotate("error", text, error.details.place);
  for (const { problem, place } of error.mistakes)
    if (place) careful.annotate("error", withInputLabels(`${error.code}: ${problem}`, ci), place);
  if (error.cause instanceof Error) careful.debug(error.cause.stack ?? error.cause.message);
  const summary = facts ? jobSummary(facts, error) : `## Databricks bundle: failed\n\n${fenced(text)}\n`;
  await ci.summary(withInputLabels(summary, ci));
}
