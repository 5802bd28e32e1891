import assert from "node:assert/strict";
import { cp, mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { throttled } from "../../sandbox/http/faults.ts";
import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import type { FreshFolder } from "../../sandbox/runner/scratch.ts";
import {
  assertDeployed,
  assertFreshAssertions,
  assertSucceeded,
  type Assertion,
} from "../shells/support/results.ts";
import { SecretSearch } from "../shells/support/secrets.ts";
import { scratchFolders } from "../unit/support/scratch.ts";
import { printTable } from "./table.ts";

const EXAMPLE = path.resolve(import.meta.dirname, "../../examples/lakehouse-jobs");
/** Milliseconds for each upload; well below the quarter of a token's life by which it is renewed early. */
const DELAY = 800;
/** What takes a minute: the CLI sends twenty requests a second, the stand-in uploads twenty files at a time. */
const files = ({ kind }: SandboxCli): number => (kind === "stand-in" ? 1_520 : 1_040);

async function largeBundle(count: number, freshFolder: FreshFolder): Promise<string> {
  const bundle = await freshFolder("large-bundle");
  await cp(EXAMPLE, bundle, { recursive: true });
  await mkdir(path.join(bundle, "src/many"));
  for (let at = 0; at < count; at++)
    await writeFile(path.join(bundle, `src/many/file_${String(at)}.py`), `x = ${String(at)}\n`);
  return bundle;
}

function show(title: string, start: number, assertions: readonly Assertion[]): void {
  const seconds = (ms: number): string => (ms / 1000).toFixed(1);
  const rows = assertions.map(({ jti, arrivedAt, expiresAt, status }, at) => [
    at + 1,
    `${jti.slice(0, 8)}…`,
    seconds(arrivedAt - start),
    seconds(expiresAt - arrivedAt),
    status ?? "broken",
  ]);
  printTable(title, ["exchange", "jti", "arrived after (s)", "still valid for (s)", "answer"], rows);
}

describe("a deployment of a minute with ID tokens of 5 s and access tokens of 6 s", function () {
  this.timeout(300_000);
  const freshFolder = scratchFolders();
  let job: GitHubJob;
  beforeEach(async () => {
    const cli = await sandboxCli();
    const bundle = await largeBundle(files(cli), freshFolder);
    job = await startGitHubJob({ cli, bundle, idTokenLife: 5, accessTokenLife: 6 });
    job.sandbox.fault({ path: /import-file\/.*\/many\//, delay: DELAY, times: Infinity });
  });
  afterEach(() => job.stop());

  function assertNothingExpired(least: number, title: string): void {
    const { requests } = job.sandbox;
    const assertions = assertFreshAssertions(job.sandbox);
    const [first, last] = [requests[0]!.at, requests.at(-1)!.at];
    show(
      `${title}: ${((last - first) / 1000).toFixed(0)} s, ${String(requests.length)} requests`,
      first,
      assertions,
    );
    assert.ok(assertions.length >= least, `${String(assertions.length)} exchanges`);
    const refused = requests.filter(({ status }) => status === 401);
    assert.deepEqual(
      refused.map(({ method, path: route }) => `${method} ${route}`),
      [],
    );
    assertDeployed(job.sandbox);
  }

  it("succeeds: no ID token is sent twice or late, no access token after its end, and none is seen", async () => {
    const result = await job.step({}, { debug: true });
    assertSucceeded(result);
    assertNothingExpired(14, "short-lived tokens");
    const search = new SecretSearch(job.sandbox.handedOut);
    search.look("everything that the step gave", JSON.stringify({ ...result, log: "" }));
    search.look("log", result.rawLog);
    assert.deepEqual(search.findings, []);
  });

  it("succeeds in bad weather, too: exchanges that fail are made again with a new ID token", async () => {
    const exchange = { path: "/oidc/v1/token" };
    for (const [nth, then] of [
      [2, { status: 503 }],
      [4, throttled(1)],
      [6, "reset"],
      [8, { status: 500 }],
      [9, { status: 504 }],
    ] as const) {
      job.sandbox.fault({ ...exchange, nth, then, tookEffect: then === "reset" });
    }
    job.sandbox.fault({ system: "github", path: /\/idtoken\//, nth: 5, then: "reset" });
    const result = await job.step();
    assertSucceeded(result);
    assertNothingExpired(16, "short-lived tokens in bad weather");
  });
});
