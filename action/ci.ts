import path from "node:path";
import { readNamedFile } from "../core/base/checkout-file.ts";
import type { Place } from "../core/base/errors.ts";
import type { AnnotationLevel, Ci, PipelineToken, RunContext } from "../core/ci/ci.ts";
import { GITHUB } from "../core/ci/github/dialect.ts";
import { githubIssuer, requestGitHubIdToken } from "../core/ci/github/id-token.ts";
import type { InputName } from "../core/ci/inputs/table.ts";
import type { Environment, Send } from "../core/base/ports.ts";
import { harmlessLines } from "../core/ci/safe-for-log.ts";
import { systemAddresses } from "../core/base/clock-and-platform.ts";
import { annotation, command } from "./commands.ts";

/** GitHub Actions as a {@link Ci}. Its file commands are loaded at their first use: the first request comes before. */
export class GitHubCi implements Ci {
  readonly dialect = GITHUB;
  readonly context: RunContext;
  readonly cancelled: AbortSignal;
  readonly #environment: Environment;
  readonly #send: Send;
  readonly #write: (text: string) => void;

  constructor(environment: Environment, send: Send, cancelled: AbortSignal, write: (text: string) => void) {
    this.#environment = environment;
    this.#send = send;
    this.#write = write;
    this.cancelled = cancelled;
    this.context = runContext(environment);
  }

  input(name: InputName): string {
    // The runner turns blanks into "_" and to upper case, and keeps hyphens.
    return (this.#environment[`INPUT_${name.toUpperCase()}`] ?? "").trim();
  }

  inputLabel(name: InputName): string {
    return this.dialect.inputLabel(name);
  }

  connection(): undefined {
    return undefined;
  }

  async idToken(audience: string, signal?: AbortSignal): Promise<string> {
    const token = await requestGitHubIdToken({
      requestUrl: this.#environment["ACTIONS_ID_TOKEN_REQUEST_URL"],
      requestToken: this.#environment["ACTIONS_ID_TOKEN_REQUEST_TOKEN"],
      fromFork: await isForkPullRequest(this.#environment),
      audience,
      send: this.#send,
      ...(signal && { signal }),
    });
    this.mask(token);
    return token;
  }

  async pipelineToken(signal?: AbortSignal): Promise<PipelineToken> {
    const audience = "databricks-secretless-policy";
    const issuers = [githubIssuer(this.#environment["GITHUB_SERVER_URL"] || "https://github.com")];
    return { token: await this.idToken(audience, signal), audience, issuers };
  }

  mask(value: string): void {
    this.#write(command("add-mask", value));
  }

  info(text: string): void {
    this.#write(`${harmlessLines(text).join("\n")}\n`);
  }

  debug(text: string): void {
    for (const line of harmlessLines(text)) this.#write(command("debug", line));
  }

  annotate(level: AnnotationLevel, text: string, place?: Place): void {
    this.#write(annotation(level, text, "Databricks Secretless", place));
  }

  async group<T>(title: string, body: () => Promise<T>): Promise<T> {
    this.#write(command("group", harmlessLines(title).join(" ")));
    try {
      return await body();
    } finally {
      this.#write(command("endgroup"));
    }
  }

  async output(name: string, value: string): Promise<void> {
    const { setOutput } = await import("./file-commands.ts");
    setOutput(name, value);
  }

  async summary(markdown: string): Promise<void> {
    if (!this.#environment["GITHUB_STEP_SUMMARY"]) return;
    const { summary } = await import("./file-commands.ts");
    await summary.addRaw(markdown, true).write();
  }

  async exportVariable(name: string, value: string): Promise<void> {
    const { exportVariable } = await import("./file-commands.ts");
    exportVariable(name, value);
  }

  async saveState(name: string, value: string): Promise<void> {
    const { saveState } = await import("./file-commands.ts");
    saveState(name, value);
  }
}

function runContext(environment: Environment): RunContext {
  const get = (name: string): string => environment[name] ?? "";
  const run = `${get("GITHUB_SERVER_URL")}/${get("GITHUB_REPOSITORY")}/actions/runs/${get("GITHUB_RUN_ID")}`;
  const untrustedEvent = GITHUB.untrustedRun(environment);
  return {
    ciName: GITHUB.title,
    checkout: path.resolve(get("GITHUB_WORKSPACE") || "."),
    tempFolder: path.resolve(get("RUNNER_TEMP") || "."),
    toolCache: get("RUNNER_TOOL_CACHE") ? path.resolve(get("RUNNER_TOOL_CACHE")) : undefined,
    addresses: systemAddresses(),
    pages: pagesOf(get("GITHUB_SERVER_URL"), get("GITHUB_ACTION_REPOSITORY"), get("GITHUB_ACTION_REF")),
    runUrl: get("GITHUB_RUN_ID") ? `${run}/attempts/${get("GITHUB_RUN_ATTEMPT") || "1"}` : "",
    ...(GITHUB.isOpenToAnybody(get("GITHUB_EVENT_NAME")) && {
      openEvent: { name: get("GITHUB_EVENT_NAME"), commit: get("GITHUB_SHA") || undefined },
    }),
    ...(untrustedEvent && { untrustedEvent }),
  };
}

/** Where the pages of the action that runs are; the runner says it (docs.github.com, "Variables reference"). */
function pagesOf(server: string, repository: string, ref: string): string | undefined {
  if (!/^[\w-]+\/[\w.-]+$/.test(repository) || !/^[\w./-]+$/.test(ref)) return undefined;
  const url = `${server}/${repository}/blob/${ref}/docs/`;
  return URL.canParse(url) ? url : undefined;
}

/** Bytes: GitHub sends no larger event (docs.github.com, "Webhook events and payloads": 25 MB). */
const LARGEST_EVENT = 25_000_000;

/** Whether the event is a pull request from a fork: GitHub gives such runs no ID token. */
async function isForkPullRequest(environment: Environment): Promise<boolean> {
  const file = environment["GITHUB_EVENT_PATH"];
  if (!file || !environment["GITHUB_EVENT_NAME"]?.startsWith("pull_request")) return false;
  try {
    // The runner has written it outside the checkout.
    const text = String((await readNamedFile(file, { limit: LARGEST_EVENT })) ?? "{}");
    const event = JSON.parse(text) as {
      pull_request?: {
        head?: { repo?: { full_name?: string } | null };
        base?: { repo?: { full_name?: string } };
      };
    };
    const { head, base } = event.pull_request ?? {};
    return head !== undefined && head.repo?.full_name !== base?.repo?.full_name;
  } catch {
    return false;
  }
}
