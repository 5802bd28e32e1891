import type { Ci } from "../ci/ci.ts";
import { withoutCredentials } from "../scan/hide.ts";
import { budgetOf, sameBudget, takeWarning } from "./annotations.ts";

const CAREFUL = new WeakSet<Ci>();

/**
 * The CI, with every text for people passing the scan's own rules: what would be a finding in a file is not shown. Job
 * summaries pass the same wall before their texts become Markdown (core/report/markdown.ts). Warnings beyond the first few
 * are lines of the log.
 */
export function carefulCi(ci: Ci): Ci {
  if (CAREFUL.has(ci)) return ci;
  const text = withoutCredentials;
  const careful: Ci = {
    ...ci,
    info: (line) => ci.info(text(line)),
    debug: (line) => ci.debug(text(line)),
    annotate: (level, line, place) => {
      if (level !== "error" && !takeWarning(budgetOf(ci))) ci.info(`${level}: ${text(line)}`);
      else ci.annotate(level, text(line), place && { ...place, file: text(place.file) });
    },
    group: (title, body) => ci.group(text(title), body),
  };
  CAREFUL.add(careful);
  return sameBudget(careful, ci);
}
