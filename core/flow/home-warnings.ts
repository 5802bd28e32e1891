import type { BundleTarget } from "../bundle/host-pin.ts";
import { HOME_VARIABLES } from "../cli/environment.ts";
import { warn, type Step } from "./step.ts";

const HOME_PASSED =
  "`pass-env` gives the home folder of this runner's user to the CLI and the bundle's code: with it credentials that lie there " +
  "(`~/.databrickscfg`, cloud CLIs, `~/.netrc`, SSH keys), and what earlier jobs have left. Name the folder that a build needs " +
  "instead, such as `UV_CACHE_DIR` or `PIP_CACHE_DIR`.";

const HOME_ROOT =
  "The bundle sets no `workspace.root_path`, so it is deployed into the home folder of the principal that deploys. With " +
  "another principal the next deployment would not find this one, and would create every job a second time. Set " +
  "`workspace.root_path` in the target.";

/** Warns of a home folder that a deployment would depend on: the principal's in the workspace, the user's on the runner. */
export function warnOfHomes(step: Step, target: BundleTarget | undefined): void {
  if (target?.hasRootPath === false) warn(step, HOME_ROOT);
  if (step.inputs.passEnv.some((name) => HOME_VARIABLES.has(name.toUpperCase()))) warn(step, HOME_PASSED);
}
