import { SecretlessError, type Mistake } from "./errors.ts";
import type { Host } from "./host.ts";

export const COMMANDS = ["deploy", "plan"] as const;
export type Command = (typeof COMMANDS)[number];

interface InputDefinition {
  /** One sentence for the input tables of action.yml, task.json and the documentation. */
  readonly description: string;
  readonly required?: true;
  /** The default as it stands in the manifests. */
  readonly default?: string;
}

/** One table of inputs; action.yml and task.json are tested against it. */
export const INPUTS = {
  command: {
    description: "What to do: `deploy` plans and deploys the bundle, `plan` only shows what a deployment would change.",
    default: "deploy",
  },
  host: {
    description: "URL of the approved workspace. Never taken from the bundle; a bundle that names another is refused.",
    required: true,
  },
  "client-id": {
    description: "Application ID of the service principal that deploys.",
    required: true,
  },
  audience: {
    description: "Audience of the ID token, if it is not the one that the workspace names by default.",
  },
  "workspace-id": { description: "Guard: refuse to deploy to a workspace with another ID." },
  "account-id": { description: "Guard: refuse to deploy to a workspace of another account." },
  "bundle-root": { description: "Folder of `databricks.yml`, relative to the checkout.", default: "." },
  target: { description: "Target of the bundle; the bundle's own default if absent." },
  variables: { description: "Bundle variables, one `name=value` a line." },
  "auto-approve": {
    description: "`true` allows a deployment that deletes or recreates resources.",
    default: "false",
  },
  timeout: { description: "Limit for the whole step, such as `90m` or `6h`.", default: "6h" },
} as const satisfies Record<string, InputDefinition>;

export type InputName = keyof typeof INPUTS;

/** All inputs of a run, checked. URLs are normalised (no trailing slash), durations are in milliseconds. */
export interface Inputs {
  readonly command: Command;
  readonly host: string;
  readonly clientId: string;
  readonly audience: string | undefined;
  readonly workspaceId: string | undefined;
  readonly accountId: string | undefined;
  readonly bundleRoot: string;
  readonly target: string | undefined;
  readonly variables: Readonly<Record<string, string>>;
  readonly autoApprove: boolean;
  readonly timeout: number;
}

export function parseInputs(host: Host): Inputs {
  const mistakes: Mistake[] = [];
  void host;
  throw new SecretlessError("INPUT_INVALID", { problem: "not yet", mistakes });
}
