import assert from "node:assert/strict";
import { chmod, readdir, readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { AZURE_DEVOPS } from "../../core/ci/azure-devops/dialect.ts";
import { AZURE_DEPLOYER, CONNECTION, OLD_CONNECTION } from "../../sandbox/defaults.ts";
import { startAzureJob, type AzureJob } from "../../sandbox/runner/azure-job.ts";
import type { FreshFolder } from "../../sandbox/runner/scratch.ts";
import { scratchFolders } from "../unit/support/scratch.ts";
import { sandboxCli, type SandboxCli } from "../../sandbox/runner/find-cli.ts";
import { builtTask } from "./support/built-task.ts";

/** What the CLI's own processes were started with. */
interface Started {
  readonly args: string;
  readonly env: Readonly<Record<string, string>>;
}

/** A `databricks` on PATH that writes down its arguments and environment before it becomes the CLI. */
async function watchedCli(
  cli: SandboxCli,
  freshFolder: FreshFolder,
): Promise<{ cli: SandboxCli; started: () => Promise<Started[]> }> {
  const folder = await freshFolder("watched-cli");
  const notes = await freshFolder("watched-notes");
  const file = path.join(folder, "databricks");
  const note = `${notes}/$$`;
  await writeFile(
    file,
    `#!/bin/sh\nenv -0 > ${note}.env\nprintf '%s\\n' "$@" > ${note}.args\nexec "${cli.file}" "$@"\n`,
  );
  await chmod(file, 0o755);
  const started = async (): Promise<Started[]> => {
    const names = (await readdir(notes)).filter((name) => name.endsWith(".args"));
    return Promise.all(
      names.map(async (name) => {
        const env = await readFile(path.join(notes, name.replace(/args$/, "env")), "utf8");
        const pairs = env
          .split("\0")
          .filter(Boolean)
          .map((pair) => [pair.slice(0, pair.indexOf("=")), pair.slice(pair.indexOf("=") + 1)]);
        return {
          args: await readFile(path.join(notes, name), "utf8"),
          env: Object.fromEntries(pairs) as Record<string, string>,
        };
      }),
    );
  };
  return { cli: { ...cli, file }, started };
}

async function textsBelow(...folders: string[]): Promise<Map<string, string>> {
  const found = new Map<string, string>();
  for (const folder of folders) {
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      const file = path.join(entry.parentPath, entry.name);
      if (entry.isFile()) found.set(file, await readFile(file, "latin1"));
    }
  }
  return found;
}

describe("the built task lets no token out", () => {
  const freshFolder = scratchFolders();
  let job: AzureJob;
  let started: () => Promise<Started[]>;
  beforeEach(async () => {
    const watched = await watchedCli(await sandboxCli(), freshFolder);
    started = watched.started;
    job = await startAzureJob({ task: await builtTask(), cli: watched.cli, accessTokenLife: 4 });
  });
  afterEach(() => job.stop());

  const PASSWORD = "proxy pass%word";
  for (const [title, inputs] of [
    ["with a connection at Entra ID", { azureSubscription: CONNECTION.name }],
    ["with an old connection at Entra ID", { azureSubscription: OLD_CONNECTION.name }],
    ["with the pipeline at Databricks", { clientId: AZURE_DEPLOYER.applicationId }],
  ] as const) {
    it(title, async () => {
      const result = await job.step(inputs, {
        debug: true,
        variables: {
          "Agent.ProxyUrl": "http://proxy.example.com:3128",
          "Agent.ProxyUsername": "agent",
          "System.AccessToken": job.sandbox.azure.jobToken,
        },
        secrets: { "Agent.ProxyPassword": PASSWORD, databricks_token: "dapi0123456789abcdef" },
      });
      assert.equal(result.result, "Succeeded", result.log);
      const tokens = [...job.sandbox.handedOut, PASSWORD, encodeURIComponent(PASSWORD)];
      assert.ok(tokens.length >= 5);
      const clean = (what: string, text: string, list = tokens): void => {
        for (const token of list) assert.ok(!text.includes(token), `${what} holds a token`);
      };
      clean("the log before masking", result.rawLog);
      clean("the summary", result.summary);
      clean("the outputs", JSON.stringify([result.outputs, result.taskVariables]));
      for (const [file, text] of await textsBelow(result.temp, job.checkout)) clean(file, text);

      const processes = await started();
      assert.ok(processes.length >= 3);
      for (const { args, env } of processes) {
        clean("an argument list", args);
        // The proxy needs its password; nothing else may be there.
        const others = Object.entries(env).filter(([name]) => !/^HTTPS?_PROXY$/.test(name));
        clean("a child's environment", JSON.stringify(others));
        // Facts of the build are no credential: a closed list of names.
        const forbidden = Object.keys(env).filter(
          (name) =>
            /^(?:SYSTEM_|ENDPOINT_|SECRET_|INPUT_|VSTS_|AGENT_|BUILD_|SECUREFILE_|DATABRICKS_TOKEN)/i.test(
              name,
            ) && !AZURE_DEVOPS.facts.test(name),
        );
        assert.deepEqual(forbidden, []);
      }
    });
  }
});
