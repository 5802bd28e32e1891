/** The rest of the outside world, as core sees it; the real ones are in core/net/send.ts, tests bring their own. */

export interface Clock {
  /** Milliseconds since the epoch. */
  now(): number;
  /** Resolves after `ms`, rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface Platform {
  readonly os: "linux" | "darwin" | "win32";
  readonly arch: "x64" | "arm64";
}

/** The variables of this process; only a shell hands it in. Names are case-insensitive on Windows alone. */
export type Environment = Readonly<Record<string, string | undefined>>;

export interface HttpRequest {
  readonly method: "GET" | "POST" | "PUT" | "PATCH" | "DELETE";
  readonly url: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** Milliseconds for this one try, connection included; default 30,000. */
  readonly timeout?: number;
  readonly signal?: AbortSignal;
}

export interface HttpResponse {
  readonly status: number;
  /** Names in lower case. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/**
 * Sends one request once: no retry, no redirect (a 3xx is returned as it is), TLS always verified, proxies honoured.
 * @throws HttpError (core/net/http.ts) if no answer came; the signal's reason when it is aborted
 * @throws SecretlessError `ENDPOINT_NOT_TRUSTED` for plain http to a host that is not loopback
 */
export type Send = (request: HttpRequest) => Promise<HttpResponse>;

export interface ProcessRequest {
  /** Absolute path of the program. */
  readonly file: string;
  readonly args: readonly string[];
  readonly cwd: string;
  /** The whole environment of the child: nothing is inherited. */
  readonly env: Readonly<Record<string, string>>;
  readonly onStdout: (chunk: Buffer) => void;
  readonly onStderr: (chunk: Buffer) => void;
  /** The program must be able to go on when this process is killed. */
  readonly outlives?: boolean;
  /** Called once with the process id when the child has started. */
  readonly onStart?: (pid: number) => void;
}

export interface ProcessResult {
  /** Exit code, or null if a signal ended it. */
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * Runs a program in its own process group, with no stdin, to its end. CI signals do not reach it.
 * Rejects if it cannot be started.
 */
export type RunProcess = (request: ProcessRequest) => Promise<ProcessResult>;

/** A process of this product that outlives the one that has started it; while both live they speak in lines. */
export interface DetachedProcess {
  readonly pid: number;
  /** Hands over each line of its stdout, without line feed; resolves when it has ended. To be called once. */
  read(onLine: (line: string) => void): Promise<void>;
  /** A line for its stdin; what can no longer be written is lost. */
  write(line: string): void;
  /** Lets go of its pipes, so that this process can end. */
  release(): void;
  kill(): void;
}

/** How the token service is started as a process of its own. */
export interface Detached {
  /** Starts this product again, as the token service, with `env` as its whole environment. */
  start(env: Readonly<Record<string, string>>): Promise<DetachedProcess>;
  /** Id of the process that runs the job and has started this one; undefined if it cannot be seen from here. */
  readonly runner: number | undefined;
}

export interface Ports {
  readonly clock: Clock;
  readonly platform: Platform;
  readonly environment: Environment;
  readonly send: Send;
  readonly runProcess: RunProcess;
  /** Undefined: the token service lives in this process, and ends with it. */
  readonly detached?: Detached | undefined;
}
