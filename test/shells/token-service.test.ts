import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import { leftIn } from "./support/files.ts";
import { ProcessWatch } from "./support/processes.ts";
import { assertDeployed, assertFreshAssertions, assertSucceeded } from "./support/results.ts";
import { assertServiceGone, watchProcess } from "./support/services.ts";

describe("the token service of a deployment", () => {
  it("is gone after it, and is not what the post step has to end", async () => {
    const job = await startGitHubJob({ cli: await sandboxCli() });
    try {
      const processes = new ProcessWatch();
      const result = await job.step({}, { onStart: (pid) => watchProcess(processes, pid) });
      processes.stop();
      assertSucceeded(result);
      assert.equal(result.state["service"], "");
      assert.doesNotMatch(result.log, /token service/);
      assert.equal(existsSync(result.state["folder"] ?? "?"), false);
      assertServiceGone(processes);
    } finally {
      await job.stop();
    }
  });

  it("survives the death of the step: the deployment goes on through renewals, and is recorded", async () => {
    const job = await startGitHubJob({ cli: await sandboxCli(), accessTokenLife: 4, idTokenLife: 5 });
    try {
      const { sandbox } = job;
      let main = 0;
      const upload = /import-file\/.*\/files\//;
      const watch = setInterval(() => {
        if (!sandbox.requests.some(({ path: route }) => upload.test(route))) return;
        clearInterval(watch);
        process.kill(main, "SIGKILL");
        // What is left takes longer than the step's last token lives; each answer less than the quarter that is kept back.
        sandbox.fault({ path: /^\/api\//, delay: 400, times: Infinity });
      }, 5);
      const processes = new ProcessWatch();
      const onStart = (pid: number): void => {
        main = pid;
        watchProcess(processes, pid);
      };
      const result = await job.step({}, { onStart });
      processes.stop();
      assert.equal(result.exitCode, null);
      assert.equal(result.postExitCode, 0);
      assertDeployed(sandbox);
      assert.deepEqual(
        sandbox.requests.filter(({ status }) => status === 401).map(({ path: route }) => route),
        [],
      );
      assert.match(result.log, /The token service was stopped\. It gave [1-9]\d* tokens/);
      assert.ok(assertFreshAssertions(sandbox).length >= 2);
      assertServiceGone(processes);
      assert.deepEqual(leftIn(result.temp), []);
    } finally {
      await job.stop();
    }
  }).timeout(90_000);
});
