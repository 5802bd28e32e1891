import assert from "node:assert/strict";
import { mkdir, symlink } from "node:fs/promises";
import path from "node:path";
import type { ProcessResult } from "../../../core/base/ports.ts";
import { scratchFolders } from "../support/scratch.ts";
import { cliPrinting, NEVER } from "./cli-printing.ts";

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

  it("sends requests faster than by itself, most where nothing is changed, and keeps the limit of the user", async () => {
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
    assert.equal(await limitOf((cli) => cli.deploy({ autoApprove: false })), "20");
    assert.equal(await limitOf((cli) => cli.deploy({ autoApprove: false }), limited), "5");
    assert.equal(await limitOf((cli) => cli.destroy()), "20");
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

  it("hands on each warning once, and keeps its lines out of the log", async () => {
    const stderr =
      "Uploading a\nWarning: w\n  in a.yml:3:5\n\ndetail\n\nError: e\n\nRecommendation: r\n\nDeploying a\n";
    const { cli, lines, warnings } = cliPrinting({ stdout: PLAN, stderr });
    await cli.plan(NEVER);
    await cli.deploy({ autoApprove: false });
    const shown = ["Uploading a", "Error: e", "", "Deploying a"];
    assert.deepEqual(
      lines.filter((line) => !line.startsWith("{")),
      [...shown, ...shown],
    );
    assert.deepEqual(
      warnings.map(({ severity, text }) => [severity, text]),
      [
        ["warning", "w"],
        ["recommendation", "r"],
      ],
    );
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
