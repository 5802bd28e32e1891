import type { CommandName } from "../base/commands.ts";
import { registerAccess } from "./access.ts";
import type { RunCommand } from "./command.ts";
import { deployBundle } from "./deploy.ts";
import { destroyBundle } from "./destroy.ts";
import { logIn } from "./login.ts";
import { showPlan } from "./plan.ts";
import { runResource } from "./run.ts";

/** What each command of core/base/commands.ts does: one file and one line here for each. */
export const RUN_COMMANDS: Readonly<Record<CommandName, RunCommand>> = {
  deploy: deployBundle,
  plan: showPlan,
  run: runResource,
  destroy: destroyBundle,
  access: registerAccess,
  login: logIn,
};
