import { isAbsolute, join } from "node:path";
import type { CliMirror } from "../../ci/inputs/cli-values.ts";
import { SecretlessError } from "../../base/errors.ts";
import { HttpError } from "../../net/http.ts";
import type { Clock, Environment } from "../../base/ports.ts";
import { retry } from "../../net/retry.ts";
import { download, type Sink } from "./download.ts";
import { diskProblem, readRange, type InstallFiles } from "./files.ts";
import { RELEASE_SITE } from "./release.ts";

/** One file of a release: `<source>/v<version>/<name>`; undefined as source is the release site. */
export interface ReleaseFile {
  readonly source: CliMirror | undefined;
  readonly version: string;
  readonly name: string;
  /** Bytes. */
  readonly limit: number;
}

export interface SourcePorts {
  readonly clock: Clock;
  readonly environment: Environment;
  readonly files: InstallFiles;
  readonly log: (line: string) => void;
  /** Milliseconds since the epoch; tries and waits together end by then. */
  readonly deadline: number;
  readonly signal: AbortSignal;
}

/** Calls the sink with all of the file, in order; each try starts anew. */
export type Feed = (sink: Sink) => Promise<void>;

/** Where a file is, for people: a URL or a path. */
export function placeOf({ source, version, name }: ReleaseFile): string {
  if (source?.kind === "folder") return join(source.path, `v${version}`, name);
  return `${source?.base ?? RELEASE_SITE}/v${version}/${name}`;
}

/**
 * Calls `receive` with a feed of the file's bytes; again, from the start, after each failure that may pass. Returns
 * what `receive` returned, when nothing of an earlier try is running any more.
 * @throws SecretlessError `CLI_DOWNLOAD_FAILED`; whatever `receive` itself throws; the reason of `signal`
 */
export async function readReleaseFile<T>(
  file: ReleaseFile,
  receive: (feed: Feed) => Promise<T>,
  ports: SourcePorts,
): Promise<T> {
  const { source } = file;
  if (source?.kind === "folder") return receive((sink) => readFromFolder(file, source.path, sink, ports));
  let running: Promise<unknown> | undefined;
  try {
    return await retry(
      (signal) => {
        const attempt = receive((sink) =>
          download(placeOf(file), sink, {
            environment: ports.environment,
            redirects: source ? "same origin" : "https",
            limit: file.limit,
            signal,
          }),
        );
        running = attempt.catch(() => undefined);
        return attempt;
      },
      {
        clock: ports.clock,
        deadline: ports.deadline,
        signal: ports.signal,
        onRetry: ({ message }, wait) => {
          ports.log(`${message}; the next try is in ${(wait / 1000).toFixed(1)} s.`);
        },
      },
    );
  } catch (error) {
    throw error instanceof HttpError ? notDownloaded(file, error) : error;
  } finally {
    await running;
  }
}

async function readFromFolder(
  file: ReleaseFile,
  folder: string,
  sink: Sink,
  ports: SourcePorts,
): Promise<void> {
  const { files, signal } = ports;
  const path = placeOf(file);
  const unreadable = (actual: string) =>
    new SecretlessError("CLI_DOWNLOAD_FAILED", {
      problem: `The mirror folder does not give \`${file.name}\`.`,
      expected: `a readable file ${path}`,
      actual,
      remedy: `Put the file of this name from the release ${file.version} there, unchanged, or correct \`cli-mirror\`.`,
    });
  if (!isAbsolute(folder)) throw unreadable("the folder is not an absolute path on this runner");
  const handle = await open(files, path).catch((error: unknown) => {
    throw unreadable((error as Error).message);
  });
  try {
    const { size } = await handle.stat();
    if (size > file.limit) throw unreadable(`it has more than ${String(file.limit)} bytes`);
    for await (const chunk of readable(readRange(handle, 0, size), unreadable)) {
      signal.throwIfAborted();
      await sink(chunk);
    }
  } finally {
    await handle.close();
  }
}

/** Tells what fails in reading from what fails in the sink. */
async function* readable(
  chunks: AsyncIterable<Buffer>,
  unreadable: (actual: string) => SecretlessError,
): AsyncGenerator<Buffer> {
  try {
    yield* chunks;
  } catch (error) {
    throw unreadable(diskProblem(error) ?? (error as Error).message);
  }
}

async function open(files: InstallFiles, path: string) {
  try {
    // Before it is opened: opening a pipe would wait for a writer.
    if (!(await files.stat(path)).isFile()) throw new Error("it is not a regular file");
    return await files.open(path, "r");
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    throw code === "ENOENT"
      ? new Error("there is none")
      : new Error(diskProblem(error) ?? (error as Error).message);
  }
}

function notDownloaded(file: ReleaseFile, error: HttpError): SecretlessError {
  return new SecretlessError("CLI_DOWNLOAD_FAILED", {
    problem: `\`${file.name}\` could not be downloaded.`,
    expected: `the file at ${placeOf(file)}`,
    actual: error.message,
    remedy: remedyFor(file, error),
    cause: error,
  });
}

const OFFLINE =
  "If this runner cannot reach it, set `cli-mirror` to a mirror or a folder that it can reach, or install the Databricks CLI on the runner beforehand.";

function remedyFor({ source, version }: ReleaseFile, { status, failure }: HttpError): string {
  if (status === 404) {
    return source
      ? `Put the files of the release ${version} under v${version}/ of the mirror, or correct \`cli-version\` or \`cli-mirror\`.`
      : `Correct \`cli-version\`: ${version} is not a release for this platform.`;
  }
  if (status === 401 || status === 403) {
    return "The server wants a sign-in, and no credential is ever sent: use a mirror that may be read without one.";
  }
  if (failure === "certificate") {
    return "Name your organisation's CA in NODE_EXTRA_CA_CERTS or SSL_CERT_FILE on the runner.";
  }
  if (failure === "proxy") return "Let the proxy allow this host, or correct HTTPS_PROXY and NO_PROXY.";
  return OFFLINE;
}
