import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import { toMistake } from "../../../core/cli/cli.ts";
import type { ProcessResult } from "../../../core/base/ports.ts";
import { scratchFolders } from "../support/scratch.ts";
import { cliPrinting, failure, FAILED, NEVER } from "./cli-printing.ts";

const PLAN = '{"plan_version":2,"plan":{"resources.jobs.nightly":{"action":"create"}}}';

describe("the CLI for one bundle and target", () => {
  const freshFolder = scratchFolders();

  it("plans in the bundle's folder, which it names to the CLI, with the environment given", async () => {
    const { cli, requests, processes } = cliPrinting({ stdout: PLAN });
    const { plan, diagnostics } = await cli.plan(NEVER);
    assert.deepEqual(
      plan.entries.map(({ resource, action }) => [resource, action]),
      [["jobs.nightly", "create"]],
    );
    assert.deepEqual(diagnostics, []);
    const [request] = requests;
    assert.equal(request?.file, "/opt/databricks");
    assert.deepEqual(request.args, ["bundle", "plan", "-o", "json", "--target", "prod"]);
    assert.equal(request.cwd, "/checkout/bundles/lake");
    assert.deepEqual(request.env, {
      PATH: "/bin",
      DATABRICKS_HOST: "https://h",
      DATABRICKS_BUNDLE_ROOT: "/checkout/bundles/lake",
      DATABRICKS_RATE_LIMIT: "60",
    });
    assert.deepEqual(processes, [17, undefined]);
  });

  it("sends requests faster than by itself only where nothing is changed, and keeps the limit of the user", async () => {
    const limitOf = async (
      run: (one: ReturnType<typeof cliPrinting>["cli"]) => Promise<unknown>,
      env: Record<string, string> = {},
    ): Promise<string | undefined> => {
      const { cli, requests } = cliPrinting({ stdout: PLAN }, { env });
      await run(cli);
      return requests[0]?.env["DATABRICKS_RATE_LIMIT"];
    };
    const limited = { DATABRICKS_RATE_LIMIT: "5" };
    assert.equal(await limitOf((cli) => cli.plan(NEVER)), "60");
    assert.equal(await limitOf((cli) => cli.plan(NEVER), limited), "5");
    assert.equal(await limitOf((cli) => cli.deploy({ autoApprove: false })), undefined);
    assert.equal(await limitOf((cli) => cli.deploy({ autoApprove: false }), limited), "5");
    assert.equal(await limitOf((cli) => cli.destroy()), undefined);
  });

  it("names the bundle's folder without symbolic links", async () => {
    const root = await freshFolder("cli");
    await mkdir(path.join(root, "real"));
    await symlink(path.join(root, "real"), path.join(root, "link"));
    const { cli, requests } = cliPrinting({ stdout: PLAN }, { bundleRoot: path.join(root, "link") });
    await cli.plan(NEVER);
    assert.equal(requests[0]?.env["DATABRICKS_BUNDLE_ROOT"], path.join(root, "real"));
  });

  it("leaves the target to the CLI where none is given", async () => {
    const { cli, requests } = cliPrinting({ stdout: PLAN }, { target: undefined });
    await cli.plan(NEVER);
    assert.deepEqual(requests[0]?.args, ["bundle", "plan", "-o", "json"]);
  });

  it("hands on every line of stderr as it comes, and none of captured JSON", async () => {
    const { cli, lines } = cliPrinting({ stdout: PLAN, stderr: "Building wheel...\nfür alle\r\nlast" });
    await cli.plan(NEVER);
    assert.deepEqual(lines, ["Building wheel...", "für alle", "last"]);
  });

  it("gives warnings with places relative to the checkout", async () => {
    const { cli } = cliPrinting({
      stdout: PLAN,
      stderr:
        "Warning: unknown field: x\n  at resources.jobs.a\n  in resources/a.yml:3:5\n\nWarning: y\n  in ../shared/b.yml:1:1\n\n" +
        "Warning: z (yaml (/checkout/bundles/lake/c.yml:2:9): odd)\n\nWarning: nowhere\n\n",
    });
    const { diagnostics } = await cli.plan(NEVER);
    assert.deepEqual(
      diagnostics.map(({ place }) => place?.file),
      ["bundles/lake/resources/a.yml", "bundles/shared/b.yml", "bundles/lake/c.yml", undefined],
    );
    const atTop = cliPrinting({ stdout: PLAN, stderr: "Warning: x\n  in a.yml:3:5\n" }, { bundlePath: "" });
    assert.equal((await atTop.cli.plan(NEVER)).diagnostics[0]?.place?.file, "a.yml");
  });

  it("reads the summary", async () => {
    const { cli, requests } = cliPrinting({ stdout: '{"bundle":{"name":"lake","target":"prod"}}' });
    assert.equal((await cli.summary(NEVER)).name, "lake");
    assert.deepEqual(requests[0]?.args.slice(0, 4), ["bundle", "summary", "-o", "json"]);
  });

  for (const autoApprove of [false, true]) {
    it(`deploys ${autoApprove ? "with" : "without"} approval, shows both streams, and may outlive us`, async () => {
      const { cli, requests, lines } = cliPrinting({ stderr: "Uploading...\n", stdout: "out\n" });
      await cli.deploy({ autoApprove });
      assert.deepEqual(requests[0]?.args, [
        "bundle",
        "deploy",
        "--force-lock=false",
        ...(autoApprove ? ["--auto-approve"] : []),
        "--target",
        "prod",
      ]);
      assert.equal(requests[0].outlives, true);
      assert.deepEqual(lines, ["Uploading...", "out"]);
    });
  }

  it("is ended by the signal while it plans", async () => {
    const stop = new AbortController();
    const terminated: number[] = [];
    let end: (result: ProcessResult) => void = () => undefined;
    const { cli, processes } = cliPrinting(
      {},
      {
        runProcess: (request) => {
          request.onStart?.(17);
          return new Promise((resolve) => (end = resolve));
        },
        terminate: (pid) => {
          terminated.push(pid);
          end({ code: null, signal: "SIGTERM" });
          return Promise.resolve();
        },
      },
    );
    const planned = cli.plan(stop.signal);
    planned.catch(() => undefined);
    while (processes.length === 0) await new Promise(setImmediate);
    const reason = new Error("cancelled");
    stop.abort(reason);
    await assert.rejects(planned, reason);
    assert.deepEqual(terminated, [17]);
  });
});

describe("a failure of the CLI", () => {
  it("is the bundle's where a place is named, with all its mistakes", async () => {
    const stderr =
      "Error: reference does not exist: ${var.nope}\n  at resources.jobs.a.name\n  in a.yml:3:5\n\n" +
      "Error: cannot read (403 PERMISSION_DENIED)\n\nEndpoint: GET https://h/api\nHTTP Status: 403\n\nWarning: w\n\n";
    const error = await failure(cliPrinting({ stderr, result: FAILED }).cli.plan(NEVER));
    assert.equal(error.code, "BUNDLE_INVALID");
    assert.deepEqual(error.mistakes, [
      {
        problem: "reference does not exist: ${var.nope} (resources.jobs.a.name)",
        place: { file: "bundles/lake/a.yml", line: 3, column: 5 },
      },
      {
        problem: "cannot read (403 PERMISSION_DENIED)",
        actual: "Endpoint: GET https://h/api\nHTTP Status: 403",
      },
    ]);
  });

  for (const [text, code] of [
    ["Error: prod: no such target. Available targets: dev", "BUNDLE_INVALID"],
    ["Error: variable x has not been defined", "BUNDLE_INVALID"],
    ["Error: reading resources.json: opening: no access (403 PERMISSION_DENIED)", "CLI_FAILED"],
    ["Error: no\n\nEndpoint: GET https://h\nHTTP Status: 500 Internal Server Error", "CLI_FAILED"],
    ["Error: failed during request visitor: metadata-service auth: token request: refused", "CLI_FAILED"],
    ['Error: Get "https://h/": dial tcp 10.0.0.1:443: i/o timeout', "CLI_FAILED"],
    ["Error: tls: failed to verify certificate: x509: certificate signed by unknown authority", "CLI_FAILED"],
    ["panic: something", "CLI_FAILED"],
    ["", "CLI_FAILED"],
  ] as const) {
    for (const command of ["plan", "summary"] as const) {
      it(`of ${command} is ${code} after ${JSON.stringify(text.slice(0, 60))}`, async () => {
        const { cli } = cliPrinting({ stderr: `${text}\n`, result: FAILED });
        const error = await failure(cli[command](NEVER));
        assert.equal(error.code, code);
        assert.ok(error.mistakes.length > 0 || error.details.actual === "exit code 1");
      });
    }
  }

  it("tells the signal that ended it", async () => {
    const killed = cliPrinting({ result: { code: null, signal: "SIGKILL" } });
    assert.equal((await failure(killed.cli.plan(NEVER))).details.actual, "ended by SIGKILL");
  });

  it("of a deployment is the lock that another one holds, or what the CLI said", async () => {
    const locked =
      "Error: deploy lock acquired by other at 2026-11-22 01:35:14 +0000 UTC.\nAnother deployment\n";
    assert.equal(
      (await failure(cliPrinting({ stderr: locked, result: FAILED }).cli.deploy({ autoApprove: false })))
        .code,
      "DEPLOYMENT_LOCKED",
    );
    const refused = "Error: cannot create resources.jobs.a: no (403 PERMISSION_DENIED)\n";
    const error = await failure(
      cliPrinting({ stderr: refused, result: FAILED }).cli.deploy({ autoApprove: false }),
    );
    assert.equal(error.code, "DEPLOY_FAILED");
    assert.equal(error.mistakes[0]?.problem, "cannot create resources.jobs.a: no (403 PERMISSION_DENIED)");
  });

  it("is output that is no JSON, though it ended well", async () => {
    for (const command of ["plan", "summary"] as const) {
      const { cli } = cliPrinting({ stdout: "Plan: 1 to add" });
      assert.equal((await failure(cli[command](NEVER))).code, "CLI_OUTPUT_UNREADABLE");
    }
  });

  it("is JSON beyond all measure, of which no more than that is kept", async () => {
    const chunk = Buffer.alloc(32 * 1024 * 1024);
    const { cli } = cliPrinting(
      {},
      {
        runProcess: (request) => {
          for (let at = 0; at < 9; at++) request.onStdout(chunk);
          return Promise.resolve({ code: 0, signal: null });
        },
      },
    );
    assert.match((await failure(cli.plan(NEVER))).details.actual ?? "", /256 MiB/);
  });

  it("is told of a CLI that cannot be started, and no process stays noted", async () => {
    const { cli, processes } = cliPrinting({}, { runProcess: () => Promise.reject(new Error("ENOENT")) });
    await assert.rejects(cli.plan(NEVER), /ENOENT/);
    assert.deepEqual(processes, [undefined]);
  });
});

describe("a diagnostic as a mistake", () => {
  it("has what there is", () => {
    assert.deepEqual(toMistake({ severity: "error", text: "no" }), { problem: "no" });
  });
});
