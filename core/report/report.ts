import { SecretlessError } from "../base/errors.ts";
import type { Mistake } from "../base/errors.ts";
import type { Ci } from "../ci/ci.ts";
import { withInputLabels } from "../ci/inputs/labels.ts";
import { budgetOf, leftForErrors } from "./annotations.ts";
import { carefulCi } from "./careful-ci.ts";
import { errorMarkdown } from "./error-markdown.ts";
import { errorText } from "./error-text.ts";
import type { Facts } from "./facts.ts";
import { jobSummary } from "./job-summary.ts";
import { planComment } from "./plan-comment.ts";

/** Shows the result of a run in the job summary. */
export async function reportSuccess(ci: Ci, facts: Facts): Promise<void> {
  tellHidden(ci);
  await ci.summary(jobSummary(facts));
  await outputPlan(ci, facts);
}

/** For a comment of a pull request: also where the plan failed, so that the comment does not go on telling of the one before. */
async function outputPlan(ci: Ci, facts: Facts, error?: SecretlessError): Promise<void> {
  if (facts.command === "plan") await ci.output("plan-markdown", planComment(facts, error));
}

/** Shows an error in the log, as annotations at the places that it names, and in the job summary. */
export async function reportFailure(ci: Ci, error: SecretlessError, facts?: Facts): Promise<void> {
  const careful = carefulCi(ci);
  const { pages } = ci.context;
  const text = withInputLabels(errorText(error, pages), ci);
  careful.annotate("error", text, error.details.place);
  const placed = error.mistakes.filter(({ place }) => place !== undefined);
  const left = leftForErrors(careful) - 1;
  // The last one counts the rest.
  const shown = placed.length <= left ? placed : placed.slice(0, Math.max(0, left - 1));
  for (const { problem, place } of shown)
    careful.annotate("error", withInputLabels(`${error.code}: ${problem}`, ci), place);
  const rest = placed.length - shown.length;
  if (rest > 0 && left > 0)
    careful.annotate(
      "error",
      `${error.code}: ${String(rest)} more of these; the log and the job summary have all.`,
    );
  tellHidden(careful);
  if (error.cause instanceof Error) careful.debug(error.cause.stack ?? error.cause.message);
  const labelled = withLabels(error, ci);
  const summary = facts
    ? jobSummary(facts, labelled)
    : `## ❌ failed before it began\n\n${errorMarkdown(labelled, pages)}\n`;
  await ci.summary(summary);
  if (facts) await outputPlan(ci, facts, labelled);
}

function tellHidden(ci: Ci): void {
  const { hidden } = budgetOf(ci);
  if (hidden > 0) ci.info(`${String(hidden)} more warnings stand in this log alone, without an annotation.`);
}

/** The error with inputs as this CI writes them. */
function withLabels(error: SecretlessError, ci: Ci): SecretlessError {
  const label = (text: string): string => withInputLabels(text, ci);
  const labelled = (one: Mistake): Mistake => ({
    ...one,
    problem: label(one.problem),
    ...(one.expected !== undefined && { expected: label(one.expected) }),
    ...(one.actual !== undefined && { actual: label(one.actual) }),
    ...(one.remedy !== undefined && { remedy: label(one.remedy) }),
  });
  return new SecretlessError(error.code, {
    ...labelled(error.details),
    mistakes: error.mistakes.map(labelled),
  });
}
