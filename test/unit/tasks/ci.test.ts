import assert from "node:assert/strict";
import fc from "fast-check";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { HttpRequest, HttpResponse } from "../../../core/base/ports.ts";
import { AzurePipelinesCi, savedState } from "../../../tasks/DatabricksBundle/ci.ts";
import { findCommand, type AgentCommand } from "../../../sandbox/runner/azure-commands.ts";
import { answer, CONNECTION, jwt } from "../ci/azure-devops/azure-job.ts";
import { FakeClock } from "../support/fake-clock.ts";

const JOB = {
  SYSTEM_TEAMFOUNDATIONCOLLECTIONURI: "https://dev.azure.com/example-org/",
  SYSTEM_TEAMPROJECT: "data lake",
  SYSTEM_TEAMPROJECTID: "b94c",
  SYSTEM_COLLECTIONID: "3f5d2b7c-8e14-4a69-b0c1-7d92e6a4f538",
  SYSTEM_HOSTTYPE: "build",
  SYSTEM_PLANID: "p1",
  SYSTEM_JOBID: "j1",
  BUILD_BUILDID: "7",
  BUILD_SOURCESDIRECTORY: "/agent/s",
  AGENT_TEMPDIRECTORY: "/agent/temp",
  ENDPOINT_AUTH_PARAMETER_SYSTEMVSSCONNECTION_ACCESSTOKEN: "job-token-value",
};
const OLD_CONNECTION = {
  INPUT_AZURESUBSCRIPTION: CONNECTION,
  [`ENDPOINT_AUTH_SCHEME_${CONNECTION}`]: "WorkloadIdentityFederation",
  [`ENDPOINT_AUTH_PARAMETER_${CONNECTION}_SERVICEPRINCIPALID`]: "9d4e7b02-6a1c-4f85-b3d9-c82f5a07e164",
  [`ENDPOINT_AUTH_PARAMETER_${CONNECTION}_TENANTID`]: "6f2c8a15-d3b4-4e97-a0c6-91b7e5d8f243",
};

class Agent {
  readonly printed: string[] = [];
  readonly requests: HttpRequest[] = [];
  readonly ci: AzurePipelinesCi;

  constructor(environment: Record<string, string> = {}, ...answers: HttpResponse[]) {
    this.ci = new AzurePipelinesCi({
      environment: { ...JOB, ...environment },
      send: (request) => {
        this.requests.push(request);
        return Promise.resolve(answers.shift()!);
      },
      clock: new FakeClock(),
      cancelled: new AbortController().signal,
      write: (text) => this.printed.push(...text.split("\n").slice(0, -1)),
    });
  }

  commands(name: string): AgentCommand[] {
    return this.printed.flatMap((line) => findCommand(line) ?? []).filter((command) => command.name === name);
  }
}

describe("Azure Pipelines as a host", () => {
  it("reads inputs in camelCase, and booleans as template expressions write them", () => {
    const { ci } = new Agent({
      INPUT_CLIENTID: "  abc ",
      INPUT_AUTOAPPROVE: "True",
      INPUT_TARGET: "Trueish",
    });
    assert.equal(ci.input("client-id"), "abc");
    assert.equal(ci.input("auto-approve"), "true");
    assert.equal(ci.input("target"), "Trueish");
    assert.equal(ci.input("timeout"), "");
    assert.equal(ci.inputLabel("auto-approve"), "autoApprove");
  });

  it("knows the run", () => {
    const { context } = new Agent().ci;
    assert.equal(context.ciName, "Azure Pipelines");
    assert.equal(context.checkout, "/agent/s");
    assert.equal(context.tempFolder, "/agent/temp");
    assert.equal(context.runUrl, "https://dev.azure.com/example-org/data%20lake/_build/results?buildId=7");
    assert.equal(context.untrustedEvent, undefined);
    const release = new Agent({
      RELEASE_RELEASEWEBURL: "https://example.com/r",
      BUILD_SOURCESDIRECTORY: "",
      SYSTEM_DEFAULTWORKINGDIRECTORY: "/r",
    });
    assert.deepEqual(
      [release.ci.context.runUrl, release.ci.context.checkout],
      ["https://example.com/r", "/r"],
    );
    assert.equal(new Agent({ BUILD_BUILDID: "" }).ci.context.runUrl, "");
  });

  it("does not trust pull requests from forks", async () => {
    const refused = answer({ message: "no" }, 401);
    const agent = new Agent({ SYSTEM_PULLREQUEST_ISFORK: "True" }, refused, answer("", 503));
    assert.match(agent.ci.context.untrustedEvent?.event ?? "", /fork/);
    await assert.rejects(agent.ci.idToken(), { code: "ID_TOKEN_FORK" });
    await assert.rejects(agent.ci.idToken(), { name: "HttpError" });
    await assert.rejects(new Agent({}, refused).ci.idToken(), { code: "ID_TOKEN_REFUSED" });
  });

  it("masks an ID token before it returns it", async () => {
    const token = jwt({ sub: "p://example-org/lake/deploy", exp: 1 });
    const agent = new Agent({}, answer({ oidcToken: token }));
    assert.equal(await agent.ci.idToken(), token);
    assert.deepEqual(
      agent.commands("task.setsecret").map(({ data }) => data),
      [token],
    );
    assert.equal(agent.ci.connection(), undefined);
    assert.ok(!agent.requests[0]?.url.includes("serviceConnectionId"));
  });

  it("warns once of the issuer that ends, with the subject to add", async () => {
    const oidcToken = jwt({
      iss: "https://vstoken.dev.azure.com/o",
      aud: "api://AzureADTokenExchange",
      sub: "sc://o/p/c",
      exp: 1,
    });
    const agent = new Agent(
      { ...OLD_CONNECTION, INPUT_EXCHANGE: "databricks" },
      answer({ oidcToken }),
      answer({ oidcToken }),
    );
    await agent.ci.idToken();
    await agent.ci.idToken();
    assert.ok(agent.requests.every(({ url }) => url.endsWith(`serviceConnectionId=${CONNECTION}`)));
    const [warning, ...more] = agent.commands("task.logissue");
    assert.deepEqual(more, []);
    assert.equal(warning?.properties["type"], "warning");
    assert.match(warning.data, /2027-07-01/);
    assert.match(warning.data, /federation policy/);
    assert.ok(warning.data.includes(JOB.SYSTEM_COLLECTIONID));
  });

  it("has no connection where the agent gives none", () => {
    assert.throws(() => new Agent({ INPUT_AZURESUBSCRIPTION: "prod" }).ci.connection(), SecretlessError);
  });

  it("carries any text in an issue unharmed, on one line", () => {
    fc.assert(
      fc.property(fc.string({ unit: "binary" }), fc.constantFrom("error", "warning"), (text, level) => {
        const agent = new Agent();
        agent.ci.annotate(level, text, { file: "a;b]%0D.yml", line: 3, column: 7 });
        assert.equal(agent.printed.length, 1);
        const [issue] = agent.commands("task.logissue");
        const { type, sourcepath, linenumber, columnnumber } = issue?.properties ?? {};
        assert.deepEqual(
          [type, sourcepath, linenumber, columnnumber],
          [level, "/agent/s/a;b]%0D.yml", "3", "7"],
        );
        // What makes the text harmless is tested with core/report.
        if (/^[\w %\];]*$/.test(text)) assert.equal(issue?.data, text);
        assert.equal(findCommand(issue?.data ?? ""), undefined);
      }),
    );
  });

  it("never lets text from outside become a command", () => {
    const evil = fc.constantFrom(
      "##vso[task.setvariable variable=a]b",
      "##[error]x",
      "\u001b[31m##vso[task.complete]",
      "a\r##vso[task.debug]",
    );
    fc.assert(
      fc.property(fc.string(), evil, (before, text) => {
        const agent = new Agent();
        agent.ci.info(before + text);
        assert.ok(agent.printed.every((line) => findCommand(line) === undefined && !line.includes("##[")));
        agent.ci.debug(before + text);
        assert.ok(agent.commands("task.debug").every(({ data }) => findCommand(data) === undefined));
      }),
    );
  });

  it("prints a notice as a line, and masks each line of a value", () => {
    const agent = new Agent();
    agent.ci.annotate("notice", "hello");
    agent.ci.mask("one\r\ntwo\n");
    assert.deepEqual(agent.printed, ["hello", "##vso[task.setsecret]one", "##vso[task.setsecret]two"]);
  });

  it("shows groups, and progress that never falls or ends", async () => {
    const agent = new Agent();
    for (let at = 0; at < 30; at++) await agent.ci.group(`step ${String(at)}`, () => Promise.resolve());
    const progress = agent.commands("task.setprogress").map(({ properties }) => Number(properties["value"]));
    assert.deepEqual(
      progress,
      progress.toSorted((a, b) => a - b),
    );
    assert.ok(progress.at(-1)! < 100 && progress[0]! > 0);
    await assert.rejects(
      agent.ci.group("failing", () => Promise.reject(new Error("no"))),
      /no/,
    );
    assert.equal(agent.printed.at(-1), "##[endgroup]");
  });

  it("keeps state for the post-job step of this use alone", async () => {
    const agent = new Agent();
    await agent.ci.saveState("run-id", "100% ; ]\nx");
    const [command] = agent.commands("task.settaskvariable");
    assert.deepEqual(
      [command?.properties, command?.data],
      [{ variable: "secretless.run-id" }, "100% ; ]\nx"],
    );
  });

  it("finds state again under the name that the agent makes of it", () => {
    assert.equal(savedState({ "VSTS_TASKVARIABLE_SECRETLESS_RUN-ID": "7" }, "run-id"), "7");
    assert.equal(savedState({}, "run-id"), "");
  });
});
