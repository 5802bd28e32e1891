import type { CliResult } from "./result.ts";
import { SecretlessError, type Place } from "../base/errors.ts";
import { diskTree } from "../base/tree.ts";
import type { Clock, ProcessRequest, ProcessResult } from "../base/ports.ts";
import { destroyIncomplete, refusedDeletes } from "./destroy-command.ts";
import { runArguments, runEnd, runFailure, runUrl, unsuccessful } from "./run-command.ts";
import type { RunEnd, RunRequest } from "./run-command.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { DiagnosticsReader } from "./diagnostics.ts";
import { cliFailure, isCrash, readingFailure, type FailureContext } from "./failure.ts";
import { placed } from "./text-place.ts";
import { inCheckout } from "./in-checkout.ts";
import type { Json } from "../api/json.ts";
import { parseJson, unreadable } from "./json-output.ts";
import { LineSplitter } from "./lines.ts";
import { activeRuns } from "./active-runs.ts";
import { heldLock } from "./deployment-lock.ts";
import { PLAN_COMMAND, readPlan, type Plan } from "./plan.ts";
import { runUntil, type ProgramPorts } from "./process.ts";
import { requestRate } from "./request-rate.ts";
import { noTokenAsked, refuseOtherWorkspace, type ApprovedWorkspace } from "./effective-workspace.ts";
import { readSummary, type BundleSummary } from "./summary.ts";

/** Else a bundle with `bundle.deployment.lock.force: true` would take the lock of a deployment that runs (CLI 1.13). */
const KEEP_LOCK = "--force-lock=false";
/** Largest JSON that is read from stdout, in bytes. */
const MAX_JSON = 256 * 1024 * 1024;

export interface CliOptions extends ProgramPorts, FailureContext {
  readonly clock: Clock;
  /** Absolute path of the CLI. */
  readonly file: string;
  readonly version: string;
  /** The whole environment, from cliEnvironment. */
  readonly env: Readonly<Record<string, string>>;
  /** Absolute path of the folder of `databricks.yml`. */
  readonly bundleRoot: string;
  /** The same relative to the checkout, with `/`; "" if it is the checkout. */
  readonly bundlePath: string;
  readonly target: string | undefined;
  /** Gets each line that the CLI prints for people, as it comes, but for its warnings. */
  readonly onLine: (line: string) => void;
  /** Gets each warning and recommendation once, however many commands repeat it. */
  readonly onWarning: (warning: Diagnostic) => void;
  /** The only workspace that a command may work in. */
  readonly approved: ApprovedWorkspace;
  /** How many tokens the token service has given so far. */
  readonly tokensServed: () => number;
  /** Called before each command; rejects if the bundle may not be worked with any more. */
  readonly beforeEach: () => Promise<unknown>;
  /** Called after each command that ended well; rejects if it cannot be said whose tokens it used. */
  readonly afterEach: () => Promise<unknown>;
  /** Where one of these texts stands in the bundle's configuration. */
  readonly findText: (texts: readonly string[]) => Promise<Place | undefined>;
  /** Limit for a command that only reads, in milliseconds. */
  readonly readTimeout: number;
  /** Keys of the resources that are planned and deployed, with what they refer to; none: all. */
  readonly select?: readonly string[];
  /** Gets the process id of each CLI that is started, and undefined when it has ended. */
  readonly onProcess?: (pid: number | undefined) => void;
}

export interface PlanResult {
  readonly plan: Plan;
  /** What the CLI printed: it holds the settings of all resources that change, as they would be sent. */
  readonly json: Json;
  readonly diagnostics: readonly Diagnostic[];
}

/** The Databricks CLI for one bundle and target. One command at a time. */
export class DatabricksCli {
  readonly #options: CliOptions;
  readonly #warned = new Set<string>();

  constructor(options: CliOptions) {
    this.#options = options;
  }

  /** @throws SecretlessError `BUNDLE_INVALID`, `CLI_FAILED`, or `CLI_OUTPUT_UNREADABLE` */
  async plan(signal: AbortSignal): Promise<PlanResult> {
    const result = await this.#run(["plan", "-o", "json", ...this.#selection()], { signal, capture: true });
    if (result.code !== 0) throw readingFailure("plan", result, this.#options);
    const json = parseJson(result.stdout, PLAN_COMMAND);
    return { plan: readPlan(json), json, diagnostics: result.diagnostics };
  }

  /** @throws SecretlessError `BUNDLE_INVALID`, `CLI_FAILED`, or `CLI_OUTPUT_UNREADABLE` */
  async summary(signal: AbortSignal): Promise<BundleSummary> {
    const result = await this.#run(["summary", "-o", "json"], { signal, capture: true });
    if (result.code !== 0) throw readingFailure("read", result, this.#options);
    const summary = readSummary(result.stdout);
    refuseOtherWorkspace(summary, this.#options.approved);
    return summary;
  }

  /**
   * Deploys. Takes no signal: a CLI that is ended in the middle leaves its lock, and jobs that no state knows.
   * @throws SecretlessError `DEPLOYMENT_LOCKED`, `RUNS_ACTIVE` or `DEPLOY_FAILED`
   */
  async deploy({
    autoApprove,
    failOnActiveRuns = false,
  }: {
    readonly autoApprove: boolean;
    readonly failOnActiveRuns?: boolean;
  }): Promise<CliResult> {
    const flags = [
      ...(autoApprove ? ["--auto-approve"] : []),
      ...(failOnActiveRuns ? ["--fail-on-active-runs"] : []),
      ...this.#selection(),
    ];
    const result = await this.#run(["deploy", KEEP_LOCK, ...flags], {});
    if (result.code === 0) return result;
    throw (
      heldLock(result.diagnostics) ??
      activeRuns(result.diagnostics) ??
      cliFailure("DEPLOY_FAILED", "The deployment failed.", result, this.#options)
    );
  }

  /**
   * Binds what is in the workspace already to its key of the bundle: the next deployment changes it and creates none. Takes
   * no signal, as {@link deploy}.
   * @throws SecretlessError `DEPLOYMENT_LOCKED` or `DEPLOY_FAILED`
   */
  bind(key: string, id: string): Promise<void> {
    const problem = `What is in the workspace as ${id} could not be bound to "${key}" of the bundle.`;
    return this.#changeState(["bind", key, id, "--auto-approve"], problem);
  }

  /**
   * Lets the state forget what a key of the bundle is in the workspace, where it stays as it is: so that it can be bound
   * as it is now. Takes no signal, as {@link deploy}.
   * @throws SecretlessError `DEPLOYMENT_LOCKED` or `DEPLOY_FAILED`
   */
  unbind(key: string): Promise<void> {
    return this.#changeState(["unbind", key], `"${key}" of the bundle could not be unbound.`);
  }

  async #changeState(args: readonly string[], problem: string): Promise<void> {
    const result = await this.#run(["deployment", ...args, KEEP_LOCK], {});
    if (result.code === 0) return;
    throw heldLock(result.diagnostics) ?? cliFailure("DEPLOY_FAILED", problem, result, this.#options);
  }

  /**
   * Runs a job, pipeline, app or script of the deployed bundle. When `signal` is aborted, the CLI is ended; the run goes on.
   * @throws SecretlessError of core/cli/run-command.ts, unless the run succeeded or `wait` is false
   */
  async run(request: RunRequest, signal: AbortSignal): Promise<void> {
    let end: RunEnd | undefined;
    const onLine = (line: string): void => {
      const url = runUrl(line);
      if (url !== undefined) request.onUrl(url);
      end ??= runEnd(line);
    };
    const result = await this.#run(["run", ...runArguments(request)], { signal, onLine });
    if (result.code !== 0) throw runFailure(request.resource, result);
    const unsuccess = unsuccessful(request.resource, end);
    if (unsuccess) throw unsuccess;
  }

  /**
   * Destroys the deployment. Takes no signal, as {@link deploy}.
   * @throws SecretlessError `DEPLOYMENT_LOCKED`, `DEPLOY_FAILED`, or `DESTROY_INCOMPLETE` for deletes that the workspace
   * refused and the CLI passed over
   */
  async destroy(): Promise<void> {
    const result = await this.#run(["destroy", KEEP_LOCK, "--auto-approve"], {});
    const locked = result.code === 0 ? undefined : heldLock(result.diagnostics);
    if (locked) throw locked;
    if (result.code !== 0)
      throw cliFailure("DEPLOY_FAILED", "The deployment could not be destroyed.", result, this.#options);
    const swallowed = refusedDeletes(result.diagnostics);
    if (swallowed.length > 0) throw destroyIncomplete(swallowed);
  }

  #selection(): readonly string[] {
    const { select = [] } = this.#options;
    return select.length === 0 ? [] : ["--select", select.join(",")];
  }

  async #run(
    args: readonly string[],
    how: { signal?: AbortSignal; capture?: boolean; onLine?: (line: string) => void },
  ): Promise<CliResult> {
    const { file, version, env, bundleRoot, bundlePath, target, onLine, onProcess } = this.#options;
    // By itself the CLI would prefer a `databricks.yml` in a folder above to a `bundle.yml` in its own; and it must resolve
    // `../` in `include` as core/bundle/files.ts does.
    const root = await diskTree.real(bundleRoot);
    await this.#options.beforeEach();
    const served = this.#options.tokensServed();
    const reader = new DiagnosticsReader();
    let crash: string | undefined;
    const stderr = new LineSplitter((line) => {
      if (isCrash(line)) crash ??= line;
      how.onLine?.(line);
      const severity = reader.line(line);
      if (severity === undefined || severity === "error") onLine(line);
    });
    const stdout = new LineSplitter(onLine);
    const captured: Buffer[] = [];
    let size = 0;
    const capture = (chunk: Buffer): void => {
      size += chunk.length;
      if (size <= MAX_JSON) captured.push(chunk);
    };
    const request = {
      file,
      args: ["bundle", ...args, ...(target === undefined ? [] : ["--target", target])],
      cwd: bundleRoot,
      env: {
        DATABRICKS_RATE_LIMIT: requestRate(version, how.capture === true),
        ...env,
        DATABRICKS_BUNDLE_ROOT: root,
      },
      onStdout: how.capture === true ? capture : (chunk: Buffer) => stdout.write(chunk),
      onStderr: (chunk: Buffer) => stderr.write(chunk),
      onStart: (pid: number) => onProcess?.(pid),
      outlives: how.signal === undefined,
    };
    try {
      const ended = await this.#ended(request, how);
      stdout.end();
      stderr.end();
      if (ended.code === 0 && this.#options.tokensServed() === served) throw noTokenAsked(args[0] ?? "");
      if (ended.code === 0) await this.#options.afterEach();
      if (size > MAX_JSON) throw unreadable(`databricks bundle ${args.join(" ")}`, "more than 256 MiB");
      const places = { roots: [root, bundleRoot], bundlePath };
      const printedOnes = reader.diagnostics.map((one) => inCheckout(one, places));
      const diagnostics = await Promise.all(printedOnes.map((one) => placed(one, this.#options.findText)));
      this.#warn(diagnostics);
      const printed = Buffer.concat(captured).toString("utf8");
      return { ...ended, stdout: printed, diagnostics, ...(crash !== undefined && { crash }) };
    } finally {
      onProcess?.(undefined);
    }
  }

  #warn(diagnostics: readonly Diagnostic[]): void {
    for (const diagnostic of diagnostics) {
      const key = JSON.stringify(diagnostic);
      if (diagnostic.severity === "error" || this.#warned.has(key)) continue;
      this.#warned.add(key);
      this.#options.onWarning(diagnostic);
    }
  }

  /** How the process ended; a command that only reads has a limit of its own. */
  async #ended(
    request: ProcessRequest,
    { signal, capture }: { readonly signal?: AbortSignal; readonly capture?: boolean },
  ): Promise<ProcessResult> {
    if (signal === undefined || capture !== true) return runUntil(this.#options, request, signal);
    const { clock, readTimeout } = this.#options;
    const done = new AbortController();
    const late = new AbortController();
    clock.sleep(readTimeout, done.signal).then(
      () => {
        late.abort(readTimedOut(request.args, readTimeout));
      },
      () => undefined,
    );
    try {
      return await runUntil(this.#options, request, AbortSignal.any([signal, late.signal]));
    } finally {
      done.abort();
    }
  }
}

function readTimedOut(args: readonly string[], limit: number): SecretlessError {
  return new SecretlessError("TIMED_OUT", {
    problem: `\`databricks ${args.slice(0, 2).join(" ")}\` was not done after ${String(Math.round(limit / 1000))} s, and was ended.`,
    remedy:
      "Find out in the log what took so long (build commands of the bundle run in it), or raise the input `plan-timeout`.",
  });
}
