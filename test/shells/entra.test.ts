import assert from "node:assert/strict";
import { AZURE_DEPLOYER, TENANT_ID } from "../../sandbox/defaults.ts";
import { textOf } from "../../sandbox/http/json.ts";
import { startGitHubJob, type GitHubJob } from "../../sandbox/runner/github-job.ts";
import type { StepResult } from "../../sandbox/runner/github.ts";
import { until } from "../unit/support/until.ts";
import { codeOf, errorOf } from "./support/results.ts";

describe("the exchange at Entra ID through the built action", () => {
  let job: GitHubJob;
  beforeEach(async () => {
    job = await startGitHubJob();
  });
  afterEach(() => job.stop());

  const step = (inputs: Record<string, string> = {}): Promise<StepResult> =>
    job.step(
      { exchange: "entra", "client-id": AZURE_DEPLOYER.applicationId, "tenant-id": TENANT_ID, ...inputs },
      { env: { AZURE_AUTHORITY_HOST: job.sandbox.entra.authority() } },
    );
  const trust = (subject: string): void => {
    const { github, entra } = job.sandbox;
    entra.addCredential(AZURE_DEPLOYER.applicationId, { name: "github", issuer: github.issuer, subject });
  };

  it("deploys as the application that trusts the job's ID token", async () => {
    trust(textOf(job.sandbox.github.claims["sub"]));
    const result = await step();
    assert.equal(result.exitCode, 0, result.log);
    assert.match(result.summary, /Microsoft Entra ID/);
    assert.equal(result.outputs["principal"], AZURE_DEPLOYER.applicationId);
    assert.equal(job.sandbox.workspace.jobs.all.size, 3);
  });

  it("waits for a credential that was just written, with a new ID token each time", async () => {
    const exchanges = () =>
      job.sandbox.requests.filter(({ system, path }) => system === "entra" && path.endsWith("/token"));
    const running = step({ command: "plan" });
    // As if it were there for all of Entra ID only now.
    await until(() => exchanges()[0]?.status !== undefined);
    trust(textOf(job.sandbox.github.claims["sub"]));
    const result = await running;
    assert.equal(result.exitCode, 0, result.log);
    assert.ok(exchanges().length > 1);
    const assertions = exchanges().map(({ body }) => (body as Record<string, string>)["client_assertion"]);
    assert.equal(new Set(assertions).size, assertions.length);
  });

  it("explains a refusal by its AADSTS code, with what was presented and the command that mends it", async () => {
    const result = await step({ "tenant-id": "00000000-1111-4222-8333-444444444444" });
    assert.equal(codeOf(result), "EXCHANGE_REFUSED", result.log);
    assert.match(errorOf(result), /AADSTS90002/);
  });

  it("sends the ID token to no authority that is not Entra ID", async () => {
    const env = { AZURE_AUTHORITY_HOST: "https://login.example.com" };
    const inputs = { exchange: "entra", "client-id": AZURE_DEPLOYER.applicationId, "tenant-id": TENANT_ID };
    const result = await job.step(inputs, { env });
    assert.equal(codeOf(result), "ENDPOINT_NOT_TRUSTED", result.log);
  });
});
