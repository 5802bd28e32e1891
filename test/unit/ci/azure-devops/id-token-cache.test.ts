import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../../core/base/errors.ts";
import { requestAzureDevOpsIdToken } from "../../../../core/ci/azure-devops/id-token.ts";
import { readClaims } from "../../../../core/ci/claims.ts";
import { answer, CONNECTION, Job, jwt, URI } from "./azure-job.ts";

describe("cached ID tokens of Azure DevOps", () => {
  it("waits for the end of a cached token of the Entra issuer and takes the next", async () => {
    const job = new Job();
    const [ending, fresh] = [job.entraToken(12, "old"), job.entraToken(86_700, "new")];
    job.answers.push(answer({ oidcToken: ending }), answer({ oidcToken: fresh }));
    assert.equal(await job.ask({ connectionId: CONNECTION }), fresh);
    assert.deepEqual(job.clock.sleeps, [13_000]);
    assert.match(job.infoLog.join("\n"), /ends in 12 s/);
  });

  it("goes by the service's clock, not by its own", async () => {
    const job = new Job();
    const real = job.clock.now();
    const token = job.entraToken(300);
    job.clock.time += 3_600_000;
    job.answers.push(answer({ oidcToken: token }, 200, { date: new Date(real).toUTCString() }));
    assert.equal(await job.ask({ connectionId: CONNECTION }), token);
  });

  it("never returns a token of the Entra issuer that is about to end", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -100, max: 100 }),
        fc.integer({ min: -100, max: 100 }),
        async (first, second) => {
          const job = new Job();
          const now = job.clock.now();
          job.answers.push(
            answer({ oidcToken: job.entraToken(first) }),
            answer({ oidcToken: job.entraToken(second) }),
          );
          const used: unknown = await job.ask({ connectionId: CONNECTION }).catch((error: unknown) => error);
          const elapsed = (job.clock.now() - now) / 1000;
          if (typeof used === "string") {
            const claims = JSON.parse(Buffer.from(used.split(".")[1] ?? "", "base64url").toString()) as {
              exp: number;
            };
            assert.ok(claims.exp * 1000 - job.clock.now() >= 30_000);
          } else {
            assert.ok(used instanceof SecretlessError && used.code === "ID_TOKEN_REFUSED");
            assert.ok(first < 30 && second - elapsed < 30);
          }
        },
      ),
    );
  });

  it("ends the wait when the job is cancelled", async () => {
    const job = new Job();
    job.answers.push(answer({ oidcToken: job.entraToken(12) }));
    const cancel = new AbortController();
    const waiting = requestAzureDevOpsIdToken({
      variables: {
        oidcRequestUri: URI,
        collectionUri: "",
        projectId: "",
        hostType: "",
        planId: "",
        jobId: "",
      },
      jobToken: "job-token-value",
      connectionId: CONNECTION,
      clock: job.clock,
      signal: cancel.signal,
      send: (request) => {
        assert.equal(request.signal, cancel.signal);
        return Promise.resolve(job.answers.shift()!);
      },
      debug: () => undefined,
      info: () => cancel.abort(new Error("cancelled")),
    });
    await assert.rejects(waiting, /cancelled/);
  });
});

describe("claims of a pipeline token of Azure DevOps", () => {
  it("are read under the names that all CIs share", async () => {
    const token = jwt({
      iss: "https://vstoken.dev.azure.com/o",
      aud: "api://AzureADTokenExchange",
      sub: "p://example-org/lake/deploy",
      exp: 1,
      rpo_uri: "https://dev.azure.com/example-org/lake/_git/lake",
      rpo_id: "5e0d",
      rpo_ref: "refs/heads/main",
      rpo_ver: "4f1c",
      run_id: "4211",
    });
    const { repository, ref, commit, pipeline } = await readClaims(token);
    assert.deepEqual(
      [repository, ref, commit, pipeline],
      [
        "https://dev.azure.com/example-org/lake/_git/lake",
        "refs/heads/main",
        "4f1c",
        "p://example-org/lake/deploy",
      ],
    );
  });
});
