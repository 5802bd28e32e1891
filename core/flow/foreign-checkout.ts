import path from "node:path";
import { SecretlessError } from "../base/errors.ts";
import { checkedOutCommit } from "../base/git/checkout.ts";
import { findCheckout } from "../base/git/repository-id.ts";
import { diskTree } from "../base/tree.ts";
import type { Step } from "./step.ts";

/** An event that somebody without write access can cause. */
export interface OpenEvent {
  readonly name: string;
  /** The commit that the run belongs to; undefined if the CI does not say. */
  readonly commit: string | undefined;
}

/**
 * Under an event that anybody can cause the run has the rights of the default branch: only that code may use them. What
 * is checked out must be the commit of the run, in the workspace folder and in the repository that holds the bundle; a
 * folder that is no checkout cannot be judged. Files that a workflow changes after its checkout are not seen here.
 * @throws SecretlessError `EVENT_NOT_TRUSTED`
 */
export async function refuseForeignCheckout(
  { ci, inputs }: Pick<Step, "ci" | "inputs">,
  { name, commit }: OpenEvent,
): Promise<void> {
  const { checkout } = ci.context;
  const ofBundle = await findCheckout(path.resolve(checkout, inputs.bundleRoot), diskTree);
  const found = await Promise.all([...new Set([checkout, ofBundle])].map(checkedOutCommit));
  if (commit !== undefined && found.every((one) => one === commit)) return;
  throw new SecretlessError("EVENT_NOT_TRUSTED", {
    problem: `\`${inputs.command.name}\` is refused: anybody can cause the event ${name}, and what is checked out is not the commit that this run belongs to.`,
    expected: commit ?? "a commit that the CI's ID token names",
    actual: found.find((one) => one !== commit) ?? "no commit can be read from the checkout",
    remedy:
      "Check out no `ref:` of somebody else in this job. For pull requests use the event pull_request with `command: plan` " +
      "and a service principal that can only read.",
  });
}
