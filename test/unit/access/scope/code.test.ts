import assert from "node:assert/strict";
import fc from "fast-check";
import type { Json } from "../../../../core/api/json.ts";
import { scopeWords } from "../../../../core/access/scope/proof.ts";
import { codeOf } from "../../../../core/access/scope/code.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import { check, examine, proofOf, P1, weakPoints } from "./scope-setup.ts";
import { principalOf, type JobSetup } from "../setup.ts";

type Settings = Readonly<Record<string, Json>>;
const task = (fields: Settings): Settings => ({ tasks: [{ task_key: "a", ...fields }] });
const notebook = (path: string): Settings => task({ notebook_task: { notebook_path: path } });
const python = { spark_python_task: { python_file: "/files/a.py" } };
const cluster = (fields: Settings): Settings =>
  task({ ...python, new_cluster: { spark_version: "16.4.x-scala2.12", num_workers: 1, ...fields } });
const library = (one: Settings): Settings => task({ ...python, libraries: [one] });
const environment = (...dependencies: string[]): Settings => ({
  ...task({ ...python, environment_key: "e" }),
  environments: [{ environment_key: "e", spec: { client: "3", dependencies } }],
});
const git = (fields: Settings, more: Settings): Settings => ({
  ...more,
  git_source: { git_url: "https://git.example.com/x", git_provider: "gitHub", ...fields },
});
const DIGEST = `registry.example.com/x@sha256:${"a".repeat(64)}`;

describe("the code of a job, by the table of what settings may hold", () => {
  const known: readonly (readonly [
    string,
    Settings,
    (code: ReturnType<typeof codeOf>) => unknown,
    unknown,
  ])[] = [
    ["a file of the bundle", notebook("/files/a"), ({ paths }) => paths, ["/files", "/files/a"]],
    [
      "/Workspace before a path",
      notebook("/Workspace/Shared/n"),
      ({ paths }) => paths,
      ["/files", "/Shared/n"],
    ],
    ["a path that climbs out", notebook("/files/../Shared/n"), ({ paths }) => paths, ["/files", "/Shared/n"]],
    [
      "a path that climbs into a volume",
      notebook("/files/../Volumes/c/s/v/n"),
      ({ volumes }) => volumes,
      ["c.s.v"],
    ],
    ["a volume by dbfs:", library({ whl: "dbfs:/Volumes/c/s/v/x.whl" }), ({ volumes }) => volumes, ["c.s.v"]],
    [
      "jar_uri",
      task({ spark_jar_task: { jar_uri: "/Shared/x.jar" } }),
      ({ paths }) => paths,
      ["/files", "/Shared/x.jar"],
    ],
    [
      "init scripts of a task's cluster",
      cluster({ init_scripts: [{ workspace: { destination: "/Shared/i.sh" } }] }),
      ({ paths }) => paths,
      ["/files", "/files/a.py", "/Shared/i.sh"],
    ],
    [
      "init scripts of a job cluster",
      {
        ...task({ ...python, job_cluster_key: "k" }),
        job_clusters: [
          {
            job_cluster_key: "k",
            new_cluster: { init_scripts: [{ volumes: { destination: "/Volumes/c/s/v/i.sh" } }] },
          },
        ],
      },
      ({ volumes }) => volumes,
      ["c.s.v"],
    ],
    [
      "serverless dependencies",
      environment("/Shared/x.whl", "requests==2.32.3"),
      ({ paths, notes }) => [paths, notes],
      [
        ["/files", "/files/a.py", "/Shared/x.whl"],
        ["requests==2.32.3: its publishers chose what the job runs"],
      ],
    ],
    [
      "policies and pools",
      cluster({ policy_id: "p1", instance_pool_id: "i1" }),
      ({ objects }) => objects,
      [
        { type: "cluster-policies", id: "p1" },
        { type: "instance-pools", id: "i1" },
      ],
    ],
    [
      "SQL objects by id",
      task({ sql_task: { warehouse_id: "w", query: { query_id: "q1" } } }),
      ({ objects }) => objects,
      [{ type: "queries", id: "q1" }],
    ],
    [
      "another job",
      task({ run_job_task: { job_id: 7 } }),
      ({ notes }) => notes,
      ["job 7 runs as its own identity, with none of this access"],
    ],
    [
      "a task in a for_each_task",
      task({ for_each_task: { inputs: "[]", task: { task_key: "b", ...python } } }),
      ({ paths }) => paths,
      ["/files", "/files/a.py"],
    ],
    [
      "a commit of a Git source",
      git({ git_commit: "abc" }, notebook("jobs/n")),
      ({ paths, notes }) => [paths, notes],
      [["/files"], ["code comes from https://git.example.com/x: fixed to commit abc"]],
    ],
    ["an image by its digest", cluster({ docker_image: { url: DIGEST } }), ({ unproven }) => unproven, []],
    [
      "configuration that names no place",
      cluster({
        spark_conf: { "spark.master": "local[*, 4]", "spark.x": "{{secrets/scope/key}}" },
        spark_env_vars: { STAGE: "prod" },
      }),
      ({ unproven }) => unproven,
      [],
    ],
  ];
  for (const [what, settings, pick, expected] of known) {
    it(`knows ${what}`, () => {
      const code = codeOf(settings, "/Workspace/files");
      assert.deepEqual(pick(code), expected);
      assert.deepEqual(code.unproven, []);
    });
  }

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
    [
      "what is wrong in a for_each_task",
      task({ for_each_task: { inputs: "[]", task: { task_key: "b", odd_task: {} } } }),
      "tasks[0].for_each_task.task.odd_task",
    ],
    ["a dashboard", task({ dashboard_task: { dashboard_id: "d" } }), "tasks[0].dashboard_task"],
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

  it("waits for the deployment where paths of local files stand, and says so", async () => {
    const jobs = [{ key: "load_a", principal: P1, id: "11", settings: notebook("./src/n") }];
    assert.match(await check("code", { jobs, deployed: false }), /^later: .*once they are uploaded/);
    assert.match(await check("code", { jobs }), /^unproven: .*tasks\[0\]\.notebook_task\.notebook_path/);
  });

  it("shows no password of an index, a repository or an image", async () => {
    const password = "hunter2-of-the-index";
    const url = `https://robot:${password}@index.example.com/simple`;
    const settings = {
      ...environment(`--extra-index-url ${url}`, url, `x @ ${url}`),
      git_source: { git_url: url, git_branch: "main" },
    };
    const proof = await proofOf({ jobs: [{ key: "load_a", principal: P1, id: "11", settings }] });
    assert.match(JSON.stringify(proof), /index\.example\.com/);
    assert.doesNotMatch(JSON.stringify(proof), new RegExp(password));
  });

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

  it("names editors of the job, and of what it runs, whatever right they have", async () => {
    const jobs: readonly JobSetup[] = [
      {
        key: "load_a",
        principal: P1,
        id: "11",
        settings: git(
          { git_branch: "main" },
          task({
            new_cluster: { policy_id: "p1" },
            notebook_task: { notebook_path: "n" },
            libraries: [{ whl: "/Volumes/a/b/c/x.whl" }],
          }),
        ),
      },
    ];
    const change = (fake: FakeDatabricks): void => {
      fake.volumes.set("a.b.c", "platform");
      fake.grants.set("a.b.c", new Map([["writers", new Set(["WRITE_VOLUME"])]]));
      fake.permissions.set("jobs/11", [
        { group_name: "new", all_permissions: [{ permission_level: "CAN_DO_NEW_THINGS" }] },
        { group_name: "viewers", all_permissions: [{ permission_level: "CAN_VIEW" }] },
      ]);
    };
    const proof = await proofOf({ jobs, change });
    const residual = proof.checks.find(({ name }) => name === "code")?.residual?.join("\n") ?? "";
    assert.match(residual, /whoever may push to main/);
    assert.match(residual, /writers has WRITE_VOLUME \(code in volume a\.b\.c\)/);
    assert.match(residual, /new has CAN_DO_NEW_THINGS/);
    assert.doesNotMatch(residual, /viewers/);
    const hidden = (fake: FakeDatabricks): void => {
      change(fake);
      fake.metastoreOwner = "others";
    };
    assert.match(await check("code", { jobs, change: hidden }), /ownership of volume a\.b\.c/);
  });
});

describe("the compute of a job", () => {
  const shared: Settings = task({ ...python, existing_cluster_id: "c-1" });
  const jobs: readonly JobSetup[] = [{ key: "load_a", principal: P1, id: "11", settings: shared }];
  const on =
    (mode: string | undefined, more: Settings = {}) =>
    (fake: FakeDatabricks): void => {
      fake.clusters.set("c-1", { cluster_id: "c-1", data_security_mode: mode ?? null, ...more });
      fake.permissions.set("clusters/c-1", [
        { group_name: "analysts", all_permissions: [{ permission_level: "CAN_ATTACH_TO" }] },
      ]);
    };
  const stranger = (fake: FakeDatabricks): void => {
    fake.jobs.push({
      job_id: "77",
      settings: { name: "thief", run_as: { service_principal_name: principalOf(8) }, ...shared },
    });
  };
  const words: readonly (readonly [string, (fake: FakeDatabricks) => void, RegExp])[] = [
    ["standard", on("DATA_SECURITY_MODE_STANDARD"), /^job-scoped: proven/],
    ["standard by its old name", on("USER_ISOLATION"), /^job-scoped: proven/],
    ["dedicated to the job's principal", on("SINGLE_USER", { single_user_name: P1 }), /^job-scoped: proven/],
    [
      "dedicated, with another job on it",
      (fake) => {
        on("DATA_SECURITY_MODE_DEDICATED", { single_user_name: P1 })(fake);
        stranger(fake);
      },
      /^cluster-scoped \(job "thief" \(77\)\): proven/,
    ],
    [
      "dedicated to a group",
      on("DATA_SECURITY_MODE_DEDICATED", { single_user_name: "analysts" }),
      /^cluster-scoped \(analysts\): proven/,
    ],
    ["without isolation", on("NONE"), /^cluster-scoped \(analysts\): proven/],
    ["without a mode", on(undefined), /^cluster-scoped \(analysts\): proven/],
    ["of a mode that is not known", on("SOMETHING_NEW"), /^cluster-scoped \(analysts\): proven/],
    ["chosen at its start", on("DATA_SECURITY_MODE_AUTO"), /^job-scoped: unproven/],
    ["unreadable", () => undefined, /^job-scoped: unproven/],
    [
      "standard, with an init script in a bucket",
      on("USER_ISOLATION", { init_scripts: [{ s3: { destination: "s3://b/i.sh" } }] }),
      /^job-scoped: unproven/,
    ],
    [
      "standard, with a library in a bucket",
      (fake) => {
        on("USER_ISOLATION")(fake);
        fake.libraries.set("c-1", [{ library: { whl: "s3://b/x.whl" } }]);
      },
      /^job-scoped: unproven/,
    ],
  ];
  for (const [what, change, pattern] of words) {
    it(`on a cluster that is ${what}: ${pattern.source}`, async () => {
      assert.match(scopeWords(await proofOf({ jobs, change })), pattern);
    });
  }

  it("is no proof about the job where others share it: policy must accept that", async () => {
    const change = on("NONE");
    const strict = "version: 1\nrules: [{ name: all, effect: allow }]\n";
    assert.equal((await examine({ jobs, change, policy: strict })).findings[0]?.code, "ACCESS_DENIED");
    const lax = "version: 1\nrules: [{ name: all, effect: allow, when: { scope: unproven } }]\n";
    assert.equal((await examine({ jobs, change, policy: lax })).changes[0]?.action, "grant");
  });
});
