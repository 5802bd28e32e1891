import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { AZURE_DEPLOYER, CONNECTION, DEPLOYER } from "../../sandbox/defaults.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { builtTask } from "./support/built-task.ts";
import { askService, clientOf, whoAmI } from "./support/clients.ts";
import { leftIn } from "./support/files.ts";
import { ProcessWatch } from "./support/processes.ts";
import { runToEnd } from "../../sandbox/runner/python.ts";
import { assertDeployed, assertFreshAssertions, assertSucceeded, codeOf } from "./support/results.ts";
import { SecretSearch } from "./support/secrets.ts";
import {
  assertServiceGone,
  serviceOf,
  untilGone,
  watchProcess,
  type RunningService,
} from "./support/services.ts";

/** What later steps have in their environment. */
type Variables = Readonly<Record<string, string>>;

const LOGIN = { command: "login", target: "" };
const URL_VARIABLE = "DATABRICKS_METADATA_SERVICE_URL";

async function assertGone(variables: Variables, service: RunningService | undefined): Promise<void> {
  await assert.rejects(askService(variables), "something still answers");
  if (service) await untilGone(service);
}

describe("login in GitHub Actions", () => {
  let job: GitHubJob;
  const start = async (life: object = {}): Promise<void> => {
    job = await startGitHubJob({ cli: await sandboxCli(), ...life });
  };
  afterEach(() => job.stop());

  it("signs later steps in without a token in any variable or file, through renewals, until its post step", async () => {
    await start({ accessTokenLife: 4, idTokenLife: 4 });
    let variables: Variables = {};
    let service: RunningService | undefined;
    const given: string[] = [];
    const result = await job.step(LOGIN, {
      debug: true,
      later: async (environment) => {
        variables = environment;
        service = serviceOf(environment);
        const clients = Array.from({ length: 20 }, () => clientOf(environment, given));
        for (let round = 0; round < 12; round++) {
          await Promise.all(clients.map((client) => client.ask()));
          // A third of a token's life: it is the clients that decide when they ask for another one.
          await new Promise((resolve) => setTimeout(resolve, 600));
        }
      },
    });
    assertSucceeded(result);
    const { DATABRICKS_METADATA_SERVICE_URL: url = "", ...rest } = variables;
    assert.match(url, /^http:\/\/127\.0\.0\.1:\d+\/[\w-]{43}$/);
    assert.deepEqual(rest, {
      DATABRICKS_HOST: job.sandbox.workspace.host,
      DATABRICKS_AUTH_TYPE: "metadata-service",
      NO_PROXY: "127.0.0.1,localhost",
    });
    assert.deepEqual(
      job.sandbox.requests.filter(({ status }) => (status ?? 0) >= 400).map(({ path: route }) => route),
      [],
    );
    const exchanges = assertFreshAssertions(job.sandbox).length;
    // One by main; after that one each two seconds, and a little.
    assert.ok(exchanges >= 3 && exchanges <= 8, `${exchanges} exchanges`);
    assert.match(result.log, new RegExp(`exchanged ${exchanges - 1} ID tokens\\.`));
    assert.match(result.log, new RegExp(`It gave ${given.length} tokens`));
    assert.ok(new Set(given).size >= 3);
    assert.equal(result.log.includes(url), false, "the URL is masked");

    const search = new SecretSearch([...job.sandbox.handedOut]);
    const seen = { ...result, log: "", rawLog: result.rawLog };
    search.look("everything that the step gave", JSON.stringify(seen));
    for (const name of readdirSync(result.temp))
      search.look(name, readFileSync(path.join(result.temp, name), "utf8"));
    if (service) {
      search.look("arguments of the service", service.argv.join("\n"));
      search.look("environment of the service", JSON.stringify(service.environment));
      assert.doesNotMatch(JSON.stringify(service.environment), /ACTIONS_|INPUT_|GITHUB_/);
    }
    assert.deepEqual(search.findings, []);

    await assertGone(variables, service);
    assert.deepEqual(leftIn(result.temp), []);
    const audit = readFileSync(result.outputs["audit-log"] ?? "", "utf8")
      .trim()
      .split("\n");
    const events = audit.map((line) => JSON.parse(line) as { class_uid: number });
    assert.equal(events.filter(({ class_uid: uid }) => uid === 3002).length, exchanges);
  }).timeout(60_000);

  it("gives the Databricks CLI of later steps all that it needs, also to deploy", async () => {
    await start();
    const { cli, checkout, sandbox } = job;
    let variables: Variables = {};
    const result = await job.step(LOGIN, {
      later: async (environment) => {
        variables = environment;
        const env = { ...environment, DATABRICKS_BUNDLE_ENGINE: "direct" };
        const deploy = ["bundle", "deploy", "--target", "prod"];
        const deployed = await runToEnd(cli.file, deploy, { cwd: checkout, env });
        assert.equal(deployed.code, 0, deployed.output);
      },
    });
    assertSucceeded(result);
    assertDeployed(sandbox);
    assert.equal(assertFreshAssertions(sandbox).length, 1, "one exchange for the whole job");
    await assertGone(variables, undefined);
  }).timeout(60_000);

  it("needs no bundle and no CLI", async () => {
    await start();
    const result = await job.step({ ...LOGIN, "bundle-root": "nowhere" }, { env: { PATH: "/nowhere" } });
    assertSucceeded(result);
  });

  it("twice in a job: each has its own service, the last one has the variables, and says so", async () => {
    await start();
    await job.step(LOGIN, {
      later: async (first) => {
        let second: Variables = {};
        const result = await job.step(LOGIN, {
          env: { ...first },
          later: async (environment) => {
            second = environment;
            assert.notEqual(second[URL_VARIABLE], first[URL_VARIABLE]);
            for (const one of [first, second]) assert.equal(await whoAmI(one), DEPLOYER.applicationId);
          },
        });
        assertSucceeded(result);
        assert.match(result.log, /An earlier `login` of this job/);
        // Post steps come in reverse order.
        await assert.rejects(askService(second));
        assert.equal(await whoAmI(first), DEPLOYER.applicationId);
      },
    });
  });

  it("beside it a deployment has its own session, and leaves this one alone", async () => {
    await start();
    await job.step(LOGIN, {
      later: async (environment) => {
        assertSucceeded(await job.step({}, { env: { ...environment } }));
        assert.equal(await whoAmI(environment), DEPLOYER.applicationId);
      },
    });
    assertDeployed(job.sandbox);
  });

  it("ends after login-timeout, and with its record written", async () => {
    await start({ accessTokenLife: 2 });
    let variables: Variables = {};
    const result = await job.step(
      { ...LOGIN, "login-timeout": "5s" },
      {
        later: async (environment) => {
          variables = environment;
          const service = serviceOf(environment);
          const client = clientOf(environment, []);
          // A renewal of its own, which nobody else has seen.
          while (job.sandbox.requests.filter(({ path: route }) => route.endsWith("/v1/token")).length < 2)
            await client.ask().then(() => new Promise((resolve) => setTimeout(resolve, 100)));
          if (service) await untilGone(service);
        },
      },
    );
    assertSucceeded(result);
    assert.match(result.log, /had ended before/);
    await assert.rejects(askService(variables));
    assert.equal(
      readFileSync(result.outputs["audit-log"] ?? "", "utf8").match(/"class_uid":3002/g)?.length,
      2,
    );
  }).timeout(30_000);

  it("adds itself to what no proxy stands before, and warns of rivals", async () => {
    await start();
    const env = { NO_PROXY: "internal.example", no_proxy: ".corp", DATABRICKS_CONFIG_PROFILE: "other" };
    const result = await job.step(LOGIN, { env });
    assertSucceeded(result);
    const wanted = "internal.example,.corp,127.0.0.1,localhost";
    assert.deepEqual([result.environment["NO_PROXY"], result.environment["no_proxy"]], [wanted, wanted]);
    assert.match(result.log, /DATABRICKS_CONFIG_PROFILE/);
  });

  it("is refused under an event that anybody can cause, and leaves no service", async () => {
    await start({ event: { event: "pull_request_target" } });
    const result = await job.step(LOGIN);
    assert.equal(codeOf(result), "EVENT_NOT_TRUSTED");
    assert.deepEqual(result.environment, {});
  });

  it("that fails leaves no service and no variable", async () => {
    await start();
    const processes = new ProcessWatch();
    const result = await job.step(
      { ...LOGIN, "client-id": "11111111-2222-4333-8444-555555555555" },
      { onStart: (pid) => watchProcess(processes, pid) },
    );
    processes.stop();
    assert.equal(codeOf(result), "EXCHANGE_REFUSED");
    assert.deepEqual(result.environment, {});
    assert.equal(result.state["service"], "");
    assertServiceGone(processes);
  });
});

describe("login in Azure Pipelines", () => {
  for (const [title, inputs, principal] of [
    ["with a connection at Entra ID", { azureSubscription: CONNECTION.name }, AZURE_DEPLOYER.applicationId],
    [
      "with the pipeline at Databricks",
      { clientId: AZURE_DEPLOYER.applicationId },
      AZURE_DEPLOYER.applicationId,
    ],
  ] as const) {
    it(title, async () => {
      const job = await startAzureJob({ task: await builtTask(), accessTokenLife: 4 });
      try {
        let variables: Variables = {};
        let service: RunningService | undefined;
        const result = await job.step(
          { ...inputs, command: "login", target: "" },
          {
            debug: true,
            later: async (environment) => {
              variables = environment;
              service = serviceOf(environment);
              assert.equal(await whoAmI(environment), principal);
              await new Promise((resolve) => setTimeout(resolve, 2_500));
              assert.equal(await whoAmI(environment), principal);
            },
          },
        );
        assert.equal(result.result, "Succeeded", result.log);
        assert.equal(result.postResult, "Succeeded");
        assert.deepEqual(result.refused, []);
        assert.match(result.log, /It gave 2 tokens/);
        assert.equal(result.log.includes(variables[URL_VARIABLE] ?? "?"), false);
        const search = new SecretSearch([...job.sandbox.handedOut]);
        search.look("everything that the step gave", JSON.stringify({ ...result, log: "" }));
        if (service) search.look("service", JSON.stringify([service.argv, service.environment]));
        assert.deepEqual(search.findings, []);
        await assertGone(variables, service);
      } finally {
        await job.stop();
      }
    }).timeout(30_000);
  }
});
