import type { Place } from "../base/errors.ts";
import type { Dialect, UntrustedEvent } from "./dialect.ts";
import type { InputName } from "./inputs/table.ts";

export type AnnotationLevel = "error" | "warning" | "notice";

/** What the CI says about this run. Nothing in here is proven by a token: it is self-reported by the runner. */
export interface RunContext {
  /** The CI's name for people. */
  readonly ciName: string;
  /** Absolute path of the checkout; no program is ever started from inside it. */
  readonly checkout: string;
  /** Absolute path of a folder that the CI empties when the job ends; never inside the checkout. */
  readonly tempFolder: string;
  /** Absolute path of the CI's tool cache, which outlives jobs on a self-hosted runner; undefined if there is none. */
  readonly toolCache: string | undefined;
  /** Link to the run, or "" where there is none. */
  readonly runUrl: string;
  /** URL of the folder `docs` of the version that runs, with a slash at its end; undefined where the CI does not say it. */
  readonly pages?: string | undefined;
  /** IP addresses of the runner. */
  readonly addresses: readonly string[];
  /** Set if somebody without write access can cause this event; with the commit that the run belongs to, if the CI says it. */
  readonly openEvent?: { readonly name: string; readonly commit: string | undefined };
  /** Set if the event runs code that nobody with write access has approved with rights of those who have. */
  readonly untrustedEvent?: UntrustedEvent;
}

/** An identity in Entra ID that the CI keeps for this step; it holds no secret. */
export interface ServiceConnection {
  readonly clientId: string;
  readonly tenantId: string;
}

/** An ID token that says which pipeline runs, whatever connection deploys. It is verified here and sent to nobody. */
export interface PipelineToken {
  readonly token: string;
  /** What it was asked for. */
  readonly audience: string;
  /** Exact issuers of this CI. */
  readonly issuers: readonly string[];
}

/**
 * The port to the CI. One implementation a shell; core knows no other way to talk to the CI and never asks which one
 * it is: what differs is in its dialect.
 */
export interface Ci {
  /** How this CI speaks. */
  readonly dialect: Dialect;
  readonly context: RunContext;
  /** Aborted when the CI cancels the job. */
  readonly cancelled: AbortSignal;
  /** The input as the user wrote it, trimmed; "" if absent. */
  input(name: InputName): string;
  /** The input's name as users of this CI write it. */
  inputLabel(name: InputName): string;
  /**
   * The connection that the user has chosen, whose ID tokens {@link idToken} then returns; undefined if there is none.
   * @throws SecretlessError `CONNECTION_*`
   */
  connection(): ServiceConnection | undefined;
  /** The audience of all ID tokens of this CI, if it chooses one itself: then they can be asked for without knowing more. */
  readonly fixedAudience?: string;
  /**
   * A new ID token (OpenID Connect Core 1.0, section 2) from the CI for `audience`; one try, masked before it is
   * returned. A CI whose ID tokens have an audience of their own ignores the argument. With the signal the request ends.
   * @throws SecretlessError `ID_TOKEN_*`; HttpError where a retry may help
   */
  idToken(audience: string, signal?: AbortSignal): Promise<string>;
  /**
   * A new {@link PipelineToken}; one try, masked before it is returned.
   * @throws as {@link idToken}
   */
  pipelineToken(signal?: AbortSignal): Promise<PipelineToken>;
  /** Hides a value in everything that the CI prints from now on. */
  mask(value: string): void;
  /** A line for the log; already free of control characters and workflow commands (see core/ci/safe-for-log.ts). */
  info(line: string): void;
  debug(line: string): void;
  annotate(level: AnnotationLevel, text: string, place?: Place): void;
  /** Folds the lines that `body` prints under a title. */
  group<T>(title: string, body: () => Promise<T>): Promise<T>;
  output(name: string, value: string): Promise<void>;
  /** Sets an environment variable for all later steps of the job. */
  exportVariable(name: string, value: string): Promise<void>;
  /** Appends Markdown to the job summary. */
  summary(markdown: string): Promise<void>;
  /** Keeps a value (never a secret) for the post step of this very use of the step. */
  saveState(name: string, value: string): Promise<void>;
}
