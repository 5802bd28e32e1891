import assert from "node:assert/strict";
import { codeOf } from "../../../../core/access/scope/code.ts";
import type { FakeDatabricks } from "../fake-databricks.ts";
import { check, P1, proofOf } from "./scope-setup.ts";
import { type JobSetup } from "../setup.ts";
import {
  type Settings,
  task,
  notebook,
  python,
  cluster,
  library,
  environment,
  git,
  DIGEST,
} from "./settings.ts";

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
    [
      "commands of dbt that stay in their project",
      task({
        dbt_task: { project_directory: "/files/dbt", commands: ["dbt seed", "dbt run --select tag:daily"] },
      }),
      ({ paths, takesCommands }) => [paths, takesCommands],
      [["/files", "/files/dbt"], true],
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

  it("counts who may start a run of dbt among those who may change it: a run takes commands", async () => {
    const grant = (who: object) => (fake: FakeDatabricks) => {
      fake.permissions.set("jobs/11", [
        { ...who, all_permissions: [{ permission_level: "CAN_MANAGE_RUN" }] },
      ]);
    };
    const of = (settings: Settings) => [{ key: "load_a", principal: P1, id: "11", settings }];
    const dbt = task({ dbt_task: { project_directory: "/files/dbt", commands: ["dbt run"] } });
    const named = await proofOf({ jobs: of(dbt), change: grant({ user_name: "ann@example.com" }) });
    assert.match(
      JSON.stringify(named.checks.at(-1)?.residual),
      /ann@example\.com has CAN_MANAGE_RUN \(job\)/,
    );
    const all = grant({ group_name: "users" });
    assert.match(await check("code", { jobs: of(dbt), change: all }), /^broken: .*CAN_MANAGE_RUN/);
    assert.match(await check("code", { jobs: of(notebook("/files/a")), change: all }), /^proven/);
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
