import type { Hint, RefusedField } from "../dialect.ts";
import { subjectAdvice } from "./subject-advice.ts";
import { subjectDifference, subjectHint } from "./subject-difference.ts";

export { subjectAdvice };

/** What to do about a field of an ID token from GitHub that was refused. */
export function githubHint({ field, presented, wanted }: RefusedField): Hint {
  if (field === "issuer") {
    return { remedy: "The policy belongs to another CI or another GitHub server. Add one for this issuer:" };
  }
  if (field === "audience") {
    const right = wanted ?? "what the policy names";
    return {
      remedy: `Set the input audience to ${right}, or add a policy for the audience presented:`,
    };
  }
  const difference = wanted === undefined ? undefined : subjectDifference(presented.subject, wanted);
  return difference ?? { remedy: subjectHint(presented.subject) };
}
