import assert from "node:assert/strict";
import { toMistake } from "../../../core/cli/everyday.ts";
import { cliPrinting, failure, FAILED, NEVER } from "./cli-printing.ts";

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
        remedy:
          "Give the service principal `11111111-2222-3333-4444-555555555555` the permission that the workspace asks for `GET /api`: " +
          "CAN MANAGE on what is changed, CAN VIEW or CAN USE on what is only named.",
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
        assert.ok(
          error.mistakes.length > 0 || /^(?:exit code 1|panic: .*)$/.test(error.details.actual ?? ""),
        );
      });
    }
  }

  for (const [title, stderr, expected] of [
    [
      "a variable without a value",
      'Error: no value assigned to required variable region. Variables are usually assigned in databricks.yml, and they can be overridden using "--var", …',
      {
        problem: "The variable `region` of the bundle has no value.",
        remedy: "Give it one in the input `variables`, as a line `region=…`, or a `default` in the bundle.",
      },
    ],
    [
      "a wrong branch",
      "Error: not on the right Git branch:\n  expected according to configuration: main\n  actual: topic\nTo deploy from this branch anyway, use --force. Note that",
      {
        problem: "The target is deployed from the branch `main` (`bundle.git.branch`), and this is `topic`.",
        remedy:
          "Run this command on `main`, choose another `target`, or change `bundle.git.branch` of the target.",
      },
    ],
    [
      "another version of the CLI",
      "Error: Databricks CLI version constraint not satisfied. Required: >= 1.13.0, current: 1.9.0",
      {
        problem:
          "The bundle wants the Databricks CLI >= 1.13.0 (`bundle.databricks_cli_version`), and this is 1.9.0.",
        remedy: "Set `cli-version` to a version that it allows, or change `databricks_cli_version`.",
      },
    ],
    [
      "a folder that the principal may not write",
      "Error: no access (403 PERMISSION_DENIED)\n\nEndpoint: GET https://h/api/2.0/workspace/get-status?path=%2FWorkspace%2FShared%2Flake%20a%2Fstate\nHTTP Status: 403 Forbidden",
      {
        problem: "no access (403 PERMISSION_DENIED)",
        actual:
          "Endpoint: GET https://h/api/2.0/workspace/get-status?path=%2FWorkspace%2FShared%2Flake%20a%2Fstate\nHTTP Status: 403 Forbidden",
        remedy:
          "Give the service principal `11111111-2222-3333-4444-555555555555` the permission CAN MANAGE on the folder `/Workspace/Shared/lake a/state` of the workspace, or deploy with the principal that deployed before.",
      },
    ],
    [
      "a folder that belongs to others",
      "Error: unable to deploy to /Workspace/Shared/lake/state as ci.\nPlease make sure the current user …",
      {
        problem:
          "unable to deploy to /Workspace/Shared/lake/state as ci. Please make sure the current user …",
        remedy:
          "Give the service principal `11111111-2222-3333-4444-555555555555` the permission CAN MANAGE on the folder `/Workspace/Shared/lake/state` of the workspace, or deploy with the principal that deployed before.",
      },
    ],
    [
      "a dashboard that somebody has changed",
      'Error: dashboard "a" has been modified remotely\n  in a.yml:3:5\n\nThis dashboard has been modified remotely …use --force',
      {
        problem: 'dashboard "a" has been modified remotely',
        place: { file: "bundles/lake/a.yml", line: 3, column: 5 },
        actual: "This dashboard has been modified remotely …use --force",
        remedy:
          "Take the changes over with `databricks bundle generate`, or undo them in the workspace. This step overwrites none by force.",
      },
    ],
    [
      "a file by its path on the runner",
      "Error: notebook /checkout/bundles/lake/src/a.py not found, see /checkout/shared and /checkouts",
      { problem: "notebook bundles/lake/src/a.py not found, see shared and /checkouts" },
    ],
  ] as const) {
    it(`is told in the step's own words: ${title}`, async () => {
      const { cli } = cliPrinting({ stderr: `${stderr}\n`, result: FAILED });
      assert.deepEqual((await failure(cli.plan(NEVER))).mistakes, [expected]);
    });
  }

  it("is placed where its text stands in the bundle, if it names no place", async () => {
    const stderr =
      "Error: reference does not exist: ${var.nope}\n\nError: notebook src/gone.py not found\n\n" +
      "Error: failed to load /checkout/bundles/lake/x.yml: yaml: line 3: did not find expected key\n\nError: other\n";
    const error = await failure(cliPrinting({ stderr, result: FAILED }).cli.plan(NEVER));
    const found = { file: "found.yml", line: 7 };
    assert.deepEqual(
      error.mistakes.map(({ place }) => place),
      [found, found, { file: "bundles/lake/x.yml", line: 3 }, undefined],
    );
  });

  it("names both places of what is given twice", async () => {
    const stderr =
      "Error: multiple resources or scripts have been defined with the same key: foo\n  at resources.jobs.foo\n     resources.pipelines.foo\n" +
      "  in databricks.yml:10:7\n     more.yml:4:7\n\n";
    const error = await failure(cliPrinting({ stderr, result: FAILED }).cli.plan(NEVER));
    assert.deepEqual(
      error.mistakes.map(({ place }) => place),
      [
        { file: "bundles/lake/databricks.yml", line: 10, column: 7 },
        { file: "bundles/lake/more.yml", line: 4, column: 7 },
      ],
    );
  });

  it("is called a crash where it is one", async () => {
    const panic =
      "The Databricks CLI unexpectedly had a fatal error.\nPlease report\n\nPanic Payload: nil map\n";
    const { cli } = cliPrinting({ stderr: panic, result: FAILED });
    const error = await failure(cli.plan(NEVER));
    assert.equal(error.code, "CLI_FAILED");
    assert.match(error.details.problem, /crashed/);
    assert.match(error.details.remedy ?? "", /cli-version/);
    const segmentation = cliPrinting({ result: { code: null, signal: "SIGSEGV" } });
    const other = await failure(segmentation.cli.deploy({ autoApprove: false }));
    assert.equal(other.code, "DEPLOY_FAILED");
    assert.match(other.details.problem, /crashed/);
  });

  it("is the build's, with its output and the variables that were withheld", async () => {
    const stderr =
      "Building pkg...\nError: build failed pkg, error: exit status 1, output: a\n\nWarning: b\n  in x.yml:1:1\nDeploying c\n\n";
    const error = await failure(cliPrinting({ stderr, result: FAILED }).cli.deploy({ autoApprove: false }));
    assert.equal(error.code, "BUILD_FAILED");
    assert.equal(error.details.problem, "The build of the artifact `pkg` failed.");
    assert.equal(error.details.actual, "exit status 1\na\n\nWarning: b\n  in x.yml:1:1\nDeploying c");
    assert.equal(
      error.details.remedy,
      "Mend what its output tells. Withheld from the build, though set: UV_INDEX_URL, JAVA_HOME; name in `pass-env` what it needs.",
    );
    const script = "Error: failed to execute script: exit status 4\n";
    const second = await failure(cliPrinting({ stderr: script, result: FAILED }).cli.plan(NEVER));
    assert.equal(second.code, "BUILD_FAILED");
    assert.equal(second.details.actual, "exit status 4");
  });

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
