import type { SecretlessError } from "../base/errors.ts";
import type { Host } from "../ci/ci.ts";
import { errorText } from "./error-text.ts";
import type { Facts } from "./facts.ts";
import { withInputLabels } from "../ci/inputs/labels.ts";
import { jobSummary } from "./job-summary.ts";
import { fenced } from "./markdown.ts";

/** Shows the result of a run in the job summary. */
export async function reportSuccess(host: Host, facts: Facts): Promise<void> {
  await host.summary(jobSummary(facts));
}

/** Shows an error in the log, as annotations at the places that it names, and in the job summary. */
export async function reportFailure(host: Host, error: SecretlessError, facts?: Facts): Promise<void> {
  const text = withInputLabels(errorText(error), host);
  host.annotate("error", text, error.details.place);
  for (const { problem, place } of error.mistakes)
    if (place) host.annotate("error", withInputLabels(`${error.code}: ${problem}`, host), place);
  if (error.cause instanceof Error) host.debug(error.cause.stack ?? error.cause.message);
  const summary = facts ? jobSummary(facts, error) : `## Databricks bundle: failed\n\n${fenced(text)}\n`;
  await host.summary(withInputLabels(summary, host));
}
