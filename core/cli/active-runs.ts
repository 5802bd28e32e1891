import { SecretlessError } from "../base/errors.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** Source: cli `bundle/statemgmt/check_running_resources.go`, with `--fail-on-active-runs` alone. */
const RUNNING = /^(job|pipeline) (\S+) is running$/;

/** The error of a deployment that was not made because something of it is running; undefined if it failed otherwise. */
export function activeRuns(diagnostics: readonly Diagnostic[]): SecretlessError | undefined {
  const running = diagnostics.flatMap(({ severity, text }) => {
    const match = severity === "error" ? RUNNING.exec(text) : null;
    return match ? [`${match[1] ?? ""} ${match[2] ?? ""}`] : [];
  });
  if (running.length === 0) return undefined;
  return new SecretlessError("RUNS_ACTIVE", {
    problem: "Something of this deployment is running, and `fail-on-active-runs` wants it left alone.",
    expected: "no active run of a job or pipeline that is deployed",
    actual: `${running.join(", ")} runs (there may be more)`,
    remedy: "Deploy when it has ended, or cancel it in the workspace.",
  });
}
