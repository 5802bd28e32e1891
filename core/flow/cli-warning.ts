import type { Ci } from "../ci/ci.ts";
import type { Diagnostic } from "../cli/diagnostic.ts";
import { toMistake } from "../cli/everyday.ts";

/** Shows what the CLI warns of or recommends, whole, at its place. */
export function showWarning(ci: Ci, diagnostic: Diagnostic): void {
  const { problem, actual, place } = toMistake(diagnostic);
  const text = actual === undefined ? problem : `${problem}\n${actual}`;
  ci.annotate(diagnostic.severity === "recommendation" ? "notice" : "warning", text, place);
}
