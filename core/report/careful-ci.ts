import type { Ci } from "../ci/ci.ts";
import { withoutCredentials } from "../scan/hide.ts";

/**
 * The CI, with every text for people passing the scan's own rules: what would be a finding in a file is not shown. Job
 * summaries pass the same wall before their texts become Markdown (core/report/markdown.ts).
 */
export function carefulCi(ci: Ci): Ci {
  const text = withoutCredentials;
  return {
    ...ci,
    info: (line) => ci.info(text(line)),
    debug: (line) => ci.debug(text(line)),
    annotate: (level, line, place) =>
      ci.annotate(level, text(line), place && { ...place, file: text(place.file) }),
    group: (title, body) => ci.group(text(title), body),
  };
}
