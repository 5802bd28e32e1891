import assert from "node:assert/strict";
import fc from "fast-check";
import type { BundleFile } from "../../../core/bundle/files.ts";
import { parseBundleYaml } from "../../../core/bundle/yaml.ts";
import { scanConfiguration } from "../../../core/scan/configuration.ts";
import { mergeReports, type Finding } from "../../../core/scan/finding.ts";
import { scopeFindings, scopeRefusal } from "../../../core/scan/secret-scopes.ts";
import { PAT } from "../support/memory-tree.ts";

const yaml = `resources:
  jobs:
    nightly:
      parameters:
        - name: smtp_password
          default: \${var.smtp}
      job_clusters:
        - job_cluster_key: main
          new_cluster:
            spark_conf:
              fs.azure.account.key.lake.dfs.core.windows.net: "{{secrets/prod-kv/lake}}"
      tasks:
        - task_key: other
        - task_key: load
          spark_python_task:
            parameters: ["--password", "Harbour7781!"]
variables:
  smtp:
    default: Winter2041!
targets:
  prod:
    variables:
      smtp: Meadow7719!
    resources:
      jobs:
        nightly:
          description: x
`;

function bundleFile(name: string, text: string): BundleFile {
  const parsed = parseBundleYaml(Buffer.from(text), name);
  assert.ok("value" in parsed);
  return { name, path: `/w/${name}`, value: parsed.value };
}

function plan(job: object): object {
  return {
    plan: {
      "resources.jobs.nightly": { action: "create", new_state: { value: job } },
      "resources.jobs.gone": { action: "delete" },
    },
  };
}

const base = {
  repositoryId: "r",
  sources: [bundleFile("b/databricks.yml", yaml)],
  fallback: { file: "b/databricks.yml" },
};

function places(findings: readonly Finding[]): unknown[] {
  return findings.map(({ rule, place, setting, level }) => [rule.id, place.line, setting, level]);
}

describe("scanConfiguration", () => {
  it("finds credentials in keys, and in what of the bundle itself is sent", () => {
    const settings = { [PAT]: "x", tags: { [PAT]: "x" } };
    const summary = {
      resources: { jobs: { nightly: settings } },
      bundle: { git: { origin_url: `https://x:${PAT}@example.com/r` } },
      workspace: { file_path: `/Workspace/${PAT}` },
      presets: { tags: { t: PAT } },
      variables: { unused: { default: PAT } },
    };
    const { findings } = scanConfiguration({}, summary, { ...base, target: "prod" });
    assert.deepEqual(
      findings.map(({ setting, shown }) => [setting, / in a key$/.test(shown)]),
      [
        ["resources.jobs.nightly", true],
        ["bundle.git.origin_url", false],
        ["workspace.file_path", false],
        ["presets.tags.t", false],
      ],
    );
  });

  it("finds values where they are written: task, parameter, variable of the target", () => {
    const job = {
      parameters: [{ name: "smtp_password", default: "Meadow7719!" }],
      tasks: [{ task_key: "load", spark_python_task: { parameters: ["--password", "Harbour7781!"] } }],
    };
    const prod = scanConfiguration(plan(job), undefined, { ...base, target: "prod" });
    assert.deepEqual(places(prod.findings), [
      ["named-connection-password", 23, "resources.jobs.nightly.parameters[0].default", "error"],
      [
        "named-connection-password",
        16,
        "resources.jobs.nightly.tasks[0].spark_python_task.parameters[1]",
        "error",
      ],
    ]);
    const dev = scanConfiguration(
      plan({ parameters: [{ name: "smtp_password", default: "Winter2041!" }] }),
      undefined,
      {
        ...base,
        target: "dev",
      },
    );
    assert.equal(dev.findings[0]?.place.line, 19);
  });

  it("warns of ways to sign in that have a secretless successor, and collects scopes", () => {
    const job = {
      job_clusters: [
        {
          job_cluster_key: "main",
          new_cluster: {
            spark_conf: { "fs.azure.account.key.lake.dfs.core.windows.net": "{{secrets/prod-kv/lake}}" },
            spark_env_vars: { DATABRICKS_TOKEN: "{{secrets/prod-kv/pat}}", client_secret: "" },
            aws_attributes: { instance_profile_arn: "arn:aws:iam::111122223333:instance-profile/x" },
          },
        },
      ],
    };
    const { findings, scopes } = scanConfiguration(plan(job), undefined, { ...base, target: "prod" });
    assert.deepEqual(
      findings.map(({ rule, level }) => [rule.id, level]),
      [
        ["practice-storage-account-key", "warning"],
        ["practice-personal-access-token", "warning"],
        ["practice-instance-profile", "warning"],
      ],
    );
    assert.equal(findings[0]?.place.line, 11);
    assert.deepEqual(
      scopes.map(({ scope }) => scope),
      ["prod-kv", "prod-kv"],
    );
  });

  it("finds formats anywhere, falls back to the bundle's file, and is not repeated where a file has the value", () => {
    const report = scanConfiguration(plan({ description: `see ${PAT}`, n: 5, off: null }), undefined, {
      ...base,
      target: "prod",
    });
    assert.deepEqual(report.findings[0]?.place, { file: "b/databricks.yml", line: 27, column: 24 });
    const [finding] = report.findings;
    assert.ok(finding);
    const written: Finding = { ...finding };
    delete (written as { setting?: string }).setting;
    assert.equal(mergeReports([{ ...report, findings: [written] }, report]).findings.length, 1);
    const none = scanConfiguration(
      { plan: { "resources.x.y": { new_state: { value: { a: PAT } } } } },
      undefined,
      { ...base, sources: [], target: "t" },
    );
    assert.deepEqual(none.findings[0]?.place, { file: "b/databricks.yml" });
  });

  it("looks at resources that do not change as well, once", () => {
    const job = { description: `see ${PAT}` };
    const summary = {
      resources: { jobs: { nightly: job, still: job }, apps: { ui: { config: { env: [job] } } } },
    };
    const report = scanConfiguration(plan(job), summary, { ...base, target: "prod" });
    assert.deepEqual(report.findings.map(({ setting }) => setting).sort(), [
      "resources.apps.ui.config.env[0].description",
      "resources.jobs.nightly.description",
      "resources.jobs.still.description",
    ]);
  });

  it("accepts any JSON", () => {
    fc.assert(
      fc.property(
        fc.jsonValue(),
        (value) =>
          void scanConfiguration(
            { plan: { "resources.jobs.x": { new_state: { value } } } },
            { resources: { jobs: { x: value, y: [value] } } },
            { ...base, target: "t" },
          ),
      ),
    );
    for (const odd of [null, 1, "x", [], {}, { plan: null }])
      assert.deepEqual(scanConfiguration(odd, odd, { ...base, target: "t" }).findings, []);
  });
});

describe("scope policy", () => {
  const policy = { prod: ["prod-*", "shared"], dev: ["dev-*"] };

  it("lets a target read its own scopes only", () => {
    assert.equal(scopeRefusal("prod-kv", "prod", policy), undefined);
    assert.match(scopeRefusal("dev-kv", "prod", policy) ?? "", /may read prod-\*, shared/);
    assert.match(scopeRefusal("other", "dev", policy) ?? "", /may read dev-\*/);
    assert.match(scopeRefusal("x", "t", { t: [] }) ?? "", /no scope/);
  });

  it("keeps targets that it does not name from the scopes of others", () => {
    assert.match(scopeRefusal("prod-kv", "staging", policy) ?? "", /belongs to target prod/);
    assert.equal(scopeRefusal("staging-kv", "staging", policy), undefined);
    assert.equal(scopeRefusal("x", "constructor", policy), undefined);
  });

  it("treats everything but * as it is written", () => {
    fc.assert(
      fc.property(fc.string(), (name) => {
        assert.equal(
          scopeRefusal(name, "t", { t: [name.replaceAll("*", "")] }) === undefined,
          !name.includes("*"),
        );
      }),
    );
  });

  it("gives a finding with its place", () => {
    const [finding] = scopeFindings(
      [
        { scope: "prod-kv", place: { file: "a.py", line: 3 }, setting: "s" },
        { scope: "dev-1", place: { file: "a.py" } },
      ],
      "dev",
      policy,
    );
    assert.deepEqual(
      [finding?.rule.id, finding?.rule.owasp, finding?.place.line],
      ["scope-of-another-target", "NHI8", 3],
    );
  });
});
