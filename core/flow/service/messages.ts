import type { AccessToken } from "../../federation/exchange.ts";
import type { Workspace } from "../../federation/discovery.ts";
import type { LeaseNote } from "../lease/lease.ts";
import type { Refusal } from "../../federation/token-service.ts";

/** What the detached token service must know; it gets it through its stdin and nowhere else. Holds secrets. */
export interface Charge {
  /** The variables of the step: inputs, the CI's means of minting ID tokens, proxy and certificates. */
  readonly environment: Readonly<Record<string, string>>;
  readonly workspace: Workspace;
  /** Milliseconds by which the servers' clock is ahead (core/net/server-time.ts). */
  readonly ahead: number;
  /** What the step has proven; used until it has to be renewed. */
  readonly token: AccessToken;
  readonly approvedWorkspaceId?: string | undefined;
  readonly approvedAccountId?: string | undefined;
  /** The path at which tokens are given, and that at which our own processes ask and stop. */
  readonly secrets: { readonly path: string; readonly control: string };
  /** Absolute path. */
  readonly auditFile: string;
  /** Milliseconds. */
  readonly lifetime: number;
  /** Mark of the process that runs the job (core/cli/own-process.ts), "" if it cannot be seen. */
  readonly runner: string;
}

/** One line of JSON from the step to its service. The first is the charge. */
export type ToService =
  | { readonly type: "charge"; readonly charge: Charge }
  /** Without a token the step had none. */
  | { readonly type: "answer"; readonly id: number; readonly token?: AccessToken }
  /** Asks for an `echo` when everything before has been said. */
  | { readonly type: "sync"; readonly id: number }
  /** Mark of a program that needs the service though the step and the runner are gone, "" for none any more. */
  | { readonly type: "needed-by"; readonly mark: string }
  /** The lease of the deployment that is under way; without a note there is none any more. */
  | { readonly type: "lease"; readonly note?: LeaseNote }
  | { readonly type: "stop" };

/** One line of JSON from the service to the step. */
export type FromService =
  | { readonly type: "listening"; readonly port: number }
  /** A token is wanted for somebody who may have it. */
  | { readonly type: "ask"; readonly id: number }
  | { readonly type: "refused"; readonly refusal: Refusal }
  | { readonly type: "echo"; readonly id: number };

/** What the service has done since the step was gone, for whoever stops it. Holds no token. */
export interface ServiceReport {
  readonly served: number;
  /** How often each reason to refuse came up. */
  readonly refused: Readonly<Partial<Record<Refusal["reason"], number>>>;
  /** The latest hosts that tokens were asked for in vain. */
  readonly foreignHosts: readonly string[];
  readonly exchanges: number;
  readonly failedExchanges: number;
  /** Why the last exchange failed, if it did. */
  readonly lastError?: string;
  /** Events that are still to be appended to the audit log, each a line. */
  readonly audit: { readonly file: string; readonly lines: readonly string[] };
}
