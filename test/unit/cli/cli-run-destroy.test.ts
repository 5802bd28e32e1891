import assert from "node:assert/strict";
import { cliPrinting, failure, FAILED, NEVER } from "./cli-printing.ts";

describe("running and destroying with the CLI", () => {
  const request = { resource: "nightly", options: { params: { day: "1" } }, wait: true };

  it("tells the link of the run as soon as it is there, and succeeds with the run", async () => {
    const urls: string[] = [];
    const stderr =
      'Run URL: https://h/jobs/1/runs/2?o=3\n\n2026-11-22 01:34:38 "nightly" TERMINATED SUCCESS\n';
    const { cli, requests, lines } = cliPrinting({ stderr, stdout: "42\n" });
    await cli.run({ ...request, onUrl: (url) => urls.push(url) }, NEVER);
    assert.deepEqual(urls, ["https://h/jobs/1/runs/2?o=3"]);
    assert.deepEqual(requests[0]?.args.slice(0, 3), ["bundle", "run", "nightly"]);
    assert.deepEqual(requests[0].args.slice(-2), ["--target", "prod"]);
    assert.ok(lines.includes("42"));
  });

  for (const [stderr, result, code] of [
    ["Error: run failed: boom\n", FAILED, "RUN_FAILED"],
    ['2026-11-22 01:34:38 "nightly" TERMINATED EXCLUDED\n', { code: 0, signal: null }, "RUN_SKIPPED"],
  ] as const) {
    it(`fails with the run: ${stderr.trim()}`, async () => {
      const { cli } = cliPrinting({ stderr, result });
      assert.equal((await failure(cli.run({ ...request, onUrl: () => undefined }, NEVER))).code, code);
    });
  }

  it("selects for plan and deployment, and tells what is running", async () => {
    const select = ["nightly", "jobs.other"];
    const { cli, requests } = cliPrinting({ stdout: '{"plan":{}}' }, { select });
    await cli.plan(NEVER);
    assert.deepEqual(requests[0]?.args.slice(1, 6), ["plan", "-o", "json", "--select", "nightly,jobs.other"]);
    const running = cliPrinting({ stderr: "Error: job 17 is running\n", result: FAILED }, { select });
    const error = await failure(running.cli.deploy({ autoApprove: true, failOnActiveRuns: true }));
    assert.equal(error.code, "RUNS_ACTIVE");
    assert.match(error.details.actual ?? "", /^job 17 runs/);
    assert.deepEqual(running.requests[0]?.args.slice(3, 7), [
      "--auto-approve",
      "--fail-on-active-runs",
      "--select",
      "nightly,jobs.other",
    ]);
  });

  it("destroys with approval, as a deployment may outlive us", async () => {
    const { cli, requests } = cliPrinting({ stderr: "Destroy: 1 deleted\n" });
    await cli.destroy();
    assert.deepEqual(requests[0]?.args, [
      "bundle",
      "destroy",
      "--force-lock=false",
      "--auto-approve",
      "--target",
      "prod",
    ]);
    assert.equal(requests[0].outlives, true);
  });

  for (const [stderr, result, code] of [
    ["Error: deploy lock acquired by x at 2026-11-22 01:35:14 +0000 UTC.\n", FAILED, "DEPLOYMENT_LOCKED"],
    ["Error: cannot delete (500 INTERNAL)\n", FAILED, "DEPLOY_FAILED"],
    [
      "Warn: destroying resources.jobs.nightly: Ignoring permission error when deleting resources.jobs.nightly id=7: no manage\nDestroy: 1 deleted\n",
      { code: 0, signal: null },
      "DESTROY_INCOMPLETE",
    ],
  ] as const) {
    it(`tells a destruction that is none (${code})`, async () => {
      assert.equal((await failure(cliPrinting({ stderr, result }).cli.destroy())).code, code);
    });
  }
});
