/** What a command cannot do without; nothing of the rest is looked for, read or started. */
export interface CommandNeeds {
  /** The bundle's files, read and held to the approved workspace. */
  readonly bundle: boolean;
  /** The Databricks CLI. */
  readonly cli: boolean;
  /** access.yml and policy.yml, and what they say about the bundle's jobs. */
  readonly access: boolean;
  /** The scan for static credentials. */
  readonly scan: boolean;
  /** The token service: for as long as the step has a program running, or for the whole job. */
  readonly service: "none" | "step" | "job";
}

/** All that is known of a command before it is run. What it does is in core/commands/, which is loaded later. */
export interface CommandTraits {
  /** As in the input `command`. */
  readonly name: string;
  /** Continues its name, for the manifests. */
  readonly summary: string;
  /** Whether it changes something remote: it is refused under an event that anybody can cause. */
  readonly changes: boolean;
  readonly needs: CommandNeeds;
}

/** Every command, the default first. A table of its own: it is read before the first request. */
export const COMMANDS = [
  {
    name: "deploy",
    summary: "plans and deploys the bundle",
    changes: true,
    needs: { bundle: true, cli: true, access: true, scan: true, service: "step" },
  },
  {
    name: "plan",
    summary: "shows what a deployment would change and changes nothing",
    changes: false,
    needs: { bundle: true, cli: true, access: true, scan: true, service: "step" },
  },
  {
    name: "run",
    summary: "runs a job, pipeline, app or script of the deployed bundle",
    changes: true,
    needs: { bundle: true, cli: true, access: false, scan: false, service: "step" },
  },
  {
    name: "destroy",
    summary: "removes the deployment",
    changes: true,
    needs: { bundle: true, cli: true, access: true, scan: false, service: "step" },
  },
  {
    name: "access",
    summary:
      "registers, withdraws and sweeps the access of the deployed jobs, as the registrar, and runs no code of the bundle",
    changes: true,
    needs: { bundle: true, cli: false, access: true, scan: false, service: "none" },
  },
  {
    name: "login",
    summary:
      "gives every later step of the job (CLI, SDKs, Terraform) a session that renews itself; it needs no bundle",
    changes: true,
    needs: { bundle: false, cli: false, access: false, scan: false, service: "job" },
  },
] as const satisfies readonly CommandTraits[];

export type CommandName = (typeof COMMANDS)[number]["name"];
