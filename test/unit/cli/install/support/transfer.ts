import assert from "node:assert/strict";
import { download, type DownloadOptions } from "../../../../../core/cli/install/download.ts";
import { HttpError } from "../../../../../core/net/http.ts";
import { listen, type RunningServer } from "../../../support/servers.ts";

/** Starts servers that are stopped after each test of the suite; `started` takes further ones. */
export function servers(): { serve: typeof listen; started: RunningServer[] } {
  const started: RunningServer[] = [];
  afterEach(async () => {
    await Promise.all(started.splice(0).map((server) => server.stop()));
  });
  return {
    started,
    serve: async (...args) => {
      const server = await listen(...args);
      started.push(server);
      return server;
    },
  };
}

/** What is downloaded, as text. */
export async function content(url: string, options: Partial<DownloadOptions> = {}): Promise<string> {
  const chunks: Buffer[] = [];
  await download(
    url,
    (chunk) => {
      chunks.push(chunk);
      return Promise.resolve();
    },
    {
      environment: {},
      redirects: "same origin",
      limit: 1_000_000,
      signal: new AbortController().signal,
      ...options,
    },
  );
  return Buffer.concat(chunks).toString();
}

export async function httpFailure(work: Promise<unknown>): Promise<HttpError> {
  const error = await work.then(
    () => assert.fail("no error"),
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof HttpError, String(error));
  return error;
}
