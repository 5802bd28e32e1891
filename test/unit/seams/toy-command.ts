import type { CommandTraits } from "../../../core/base/commands.ts";
import type { RunCommand } from "../../../core/commands/command.ts";

/** A command that needs neither a bundle nor the CLI: it says who the workspace sees. */
export const WHOAMI: CommandTraits = {
  name: "whoami",
  summary: "says who the workspace sees",
  changes: false,
  needs: { bundle: false, cli: false, access: false, scan: false },
};

export const whoami: RunCommand = ({ step, api }) => {
  step.ci.info(`${api.host} sees ${step.inputs.clientId}`);
  return Promise.resolve();
};
