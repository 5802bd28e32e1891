import type { CommandTraits } from "../../../core/base/commands.ts";
import { textAt } from "../../../core/api/json.ts";
import type { RunCommand } from "../../../core/commands/command.ts";

/** A command that needs neither a bundle nor the CLI: it says who the workspace sees. */
export const WHOAMI: CommandTraits = {
  name: "whoami",
  summary: "says who the workspace sees",
  changes: false,
  needs: { bundle: false, cli: false, access: false, scan: false, service: "none" },
};

export const whoami: RunCommand = async ({ step, api }) => {
  const me = await api.call({ method: "GET", path: "/api/2.0/preview/scim/v2/Me" });
  step.ci.info(`the workspace sees ${textAt(me, "userName")}`);
};
