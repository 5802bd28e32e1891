import assert from "node:assert/strict";
import { mkdir, rm, writeFile } from "node:fs/promises";
import { connect, type AddressInfo, type Socket } from "node:net";
import path from "node:path";
import { createServer } from "node:tls";
import { AZURE_DEPLOYER } from "../../sandbox/defaults.ts";
import { startAzureJob, type AzureJob } from "../../sandbox/runner/azure-job.ts";
import { realCli } from "../../sandbox/runner/find-cli.ts";
import { selfSignedCertificate } from "../unit/support/certificate.ts";
import { listenAsProxy } from "../unit/support/servers.ts";
import { builtTask, codeOf } from "./support/built-task.ts";
import { handingOn, publishRelease } from "./support/cli-mirror.ts";

const CLIENT = { clientId: AZURE_DEPLOYER.applicationId };

describe("the built task on an agent without internet", () => {
  const VERSION = "1.99.7";
  let job: AzureJob;
  beforeEach(async () => {
    job = await startAzureJob({ task: await builtTask() });
  });
  afterEach(() => job.stop());

  it("installs the CLI from a mirror into the tool cache, and needs no mirror from then on", async () => {
    const { mirror, hash } = await publishRelease(VERSION, handingOn(VERSION, job.cli), job.freshFolder);
    const inputs = { ...CLIENT, cliVersion: VERSION, cliMirror: mirror, cliSha256: hash };
    const more = {
      env: { PATH: "/usr/bin:/bin" },
      variables: { "Agent.ToolsDirectory": path.join(await job.freshFolder("tools"), "cache") },
    };
    const first = await job.step(inputs, more);
    assert.equal(first.result, "Succeeded", first.log);
    assert.match(first.summary, /1&#46;99&#46;7.*given hash, from download/);
    await rm(mirror, { recursive: true });
    const second = await job.step(inputs, more);
    assert.equal(second.result, "Succeeded", second.log);
    assert.match(second.summary, /from tool cache/);
  });

  it("says what is missing where there is neither", async () => {
    const mirror = await job.freshFolder("mirror");
    const tools = path.join(await job.freshFolder("tools"), "cache");
    await mkdir(tools);
    const result = await job.step(
      { ...CLIENT, cliVersion: VERSION, cliMirror: mirror, cliSha256: "0".repeat(64) },
      { env: { PATH: "/usr/bin:/bin" }, variables: { "Agent.ToolsDirectory": tools } },
    );
    assert.equal(codeOf(result), "CLI_DOWNLOAD_FAILED", result.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 0);
  });
});

describe("the built task behind the agent's proxy, with the agent's CA", () => {
  const NAME = "adb-7405608901234567.7.azuredatabricks.net";
  let job: AzureJob;
  let proxy: Awaited<ReturnType<typeof listenAsProxy>>;
  let variables: Record<string, string>;
  let stopTls: () => void;
  beforeEach(async () => {
    job = await startAzureJob({ task: await builtTask(), workspaceHost: `https://${NAME}` });
    // What ends TLS in front of the workspace: its certificate is of an authority that nobody but the agent knows.
    const certificate = selfSignedCertificate({ dns: [NAME], ip: [] });
    const sockets = new Set<Socket>();
    const tls = createServer(certificate, (socket) => {
      const inside = connect(Number(new URL(job.sandbox.workspaceUrl).port), "127.0.0.1");
      for (const [from, to] of [
        [socket, inside],
        [inside, socket],
      ] as const) {
        sockets.add(from);
        from.on("error", () => undefined).on("close", () => to.destroy());
        from.pipe(to);
      }
    });
    await new Promise<void>((resolve) => tls.listen(0, "127.0.0.1", resolve));
    proxy = await listenAsProxy(tls.address() as AddressInfo);
    stopTls = () => {
      for (const socket of sockets) socket.destroy();
      tls.close();
    };
    const authority = path.join(await job.freshFolder("ca"), "ca.pem");
    await writeFile(authority, certificate.cert);
    variables = {
      "Agent.ProxyUrl": proxy.url,
      "Agent.ProxyUsername": "agent",
      "Agent.CAInfo": authority,
    };
  });
  afterEach(async () => {
    await proxy.stop();
    stopTls();
    await job.stop();
  });

  it("deploys through it, with the CLI behind it too (skipped without the real CLI on PATH)", async function () {
    if ((await realCli()) === undefined) this.skip();
    const result = await job.step(CLIENT, { variables, secrets: { "Agent.ProxyPassword": "pass:word%" } });
    assert.equal(result.result, "Succeeded", result.log);
    assert.equal(job.sandbox.workspace.jobs.all.size, 3);
    // Whatever is on this machine is asked directly, above all for tokens.
    assert.deepEqual([...new Set(proxy.seen)], [`CONNECT ${NAME}:443`]);
    const credentials = `Basic ${Buffer.from("agent:pass:word%").toString("base64")}`;
    assert.deepEqual([...new Set(proxy.authorization)], [credentials]);
    const agents = job.sandbox.requests
      .filter(({ system }) => system === "workspace")
      .map((one) => one.userAgent);
    assert.match(agents.join("\n"), /\bcmd\/bundle_deploy\b/);
    assert.ok(!result.rawLog.includes("pass:word%") && !result.rawLog.includes("pass%3Aword%25"));
  });

  it("trusts no certificate that the agent does not name, and sends no ID token", async () => {
    const result = await job.step(CLIENT, { variables: { ...variables, "Agent.CAInfo": "" } });
    assert.equal(codeOf(result), "ENDPOINT_UNAVAILABLE", result.log);
    assert.match(result.log, /NODE_EXTRA_CA_CERTS/);
    assert.deepEqual(
      job.sandbox.requests.filter(({ system }) => system === "workspace"),
      [],
    );
  });
});
