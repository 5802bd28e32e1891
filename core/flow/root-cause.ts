import { SecretlessError, toSecretlessError } from "../base/errors.ts";
import type { StepService } from "./service/step-service.ts";
import type { Step } from "./step.ts";

/** What really went wrong: the CLI saw only a refusal of the token service, or that it was ended. */
export async function rootCause(
  { ci }: Pick<Step, "ci">,
  service: StepService | undefined,
  error: unknown,
): Promise<SecretlessError> {
  if (ci.cancelled.aborted && !(error instanceof SecretlessError)) {
    return new SecretlessError("CANCELLED", { problem: "The job was cancelled.", cause: error });
  }
  const foreign = (await service?.refusals())?.find(({ reason }) => reason === "host");
  if (foreign) {
    return new SecretlessError("HOST_NOT_APPROVED", {
      problem: "The bundle would talk to a workspace that is not approved; it got no token.",
      expected: "the workspace of the input `host`",
      actual: foreign.host,
      remedy: "Remove what sets `workspace.host` for this target, or correct the input `host`.",
      cause: error,
    });
  }
  return toSecretlessError(service?.lastError ?? error);
}
