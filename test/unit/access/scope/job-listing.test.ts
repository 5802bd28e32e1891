import assert from "node:assert/strict";
import { isWhole } from "../../../../core/access/scope/job-listing.ts";
import { scopeWords } from "../../../../core/access/scope/proof.ts";
import { examineAccess } from "../../../../core/access/plan/plan.ts";
import type { Json } from "../../../../core/api/json.ts";
import {
  accessFileOf,
  bundleOf,
  DEPLOYER,
  principalOf,
  requestOf,
  workspaceWith,
  type JobSetup,
} from "../setup.ts";
import { check, P1, proofOf } from "./scope-setup.ts";
import { python, task } from "./settings.ts";

describe("the listing of jobs", () => {
  const run_as = { service_principal_name: P1 };
  const short: Json = { run_as, tasks: [{ task_key: "a", environment_key: "e", job_cluster_key: "c" }] };
  const lists = {
    environments: [{ environment_key: "e" }],
    job_clusters: [{ job_cluster_key: "c" }],
  };
  const rows: readonly (readonly [string, Json, boolean])[] = [
    ["all that its tasks refer to", { settings: { ...short, ...lists } }, true],
    ["more tasks than it shows", { has_more: true, settings: { ...short, ...lists } }, false],
    ["no tasks", { settings: { run_as, tasks: [] } }, false],
    ["no run-as", { settings: { ...short, ...lists, run_as: {} } }, false],
    [
      "an environment that it leaves out",
      { settings: { ...short, job_clusters: lists.job_clusters } },
      false,
    ],
    ["a cluster that it leaves out", { settings: { ...short, environments: lists.environments } }, false],
    [
      "a nested task whose environment it leaves out",
      { settings: { run_as, tasks: [{ for_each_task: { task: { environment_key: "e" } } }] } },
      false,
    ],
    ["no settings", {}, false],
  ];
  for (const [what, listed, whole] of rows)
    it(`${whole ? "is enough for" : "is not enough for"} a job with ${what}`, () => {
      assert.equal(isWhole(listed), whole);
    });

  const settings = task({ ...python, existing_cluster_id: "c-1" });
  const onCluster: readonly JobSetup[] = [{ key: "load_a", principal: P1, id: "11", settings }];
  const manyTasks = Array.from({ length: 101 }, (_, at) => ({
    task_key: `t${at}`,
    ...python,
    ...(at === 100 && { existing_cluster_id: "c-1" }),
  }));

  it("hides no stranger behind a job's hundredth task", async () => {
    const proof = await proofOf({
      jobs: onCluster,
      change: (fake) => {
        fake.clusters.set("c-1", {
          cluster_id: "c-1",
          data_security_mode: "DATA_SECURITY_MODE_DEDICATED",
          single_user_name: P1,
        });
        fake.jobs.push({
          job_id: "77",
          settings: { name: "thief", run_as: { service_principal_name: principalOf(8) }, tasks: manyTasks },
        });
      },
    });
    assert.match(scopeWords(proof), /^cluster-scoped \(job "thief" \(77\)\)/);
  });

  it("hides no stranger on its last page, nor behind an empty one", async () => {
    const stranger = (pageSize: number) =>
      check("principal", {
        change: (fake) => {
          fake.pageSize = pageSize;
          fake.jobs.push({
            job_id: "77",
            settings: { name: "thief", run_as: { service_principal_name: P1.toUpperCase() } },
          });
        },
      });
    for (const size of [1, 2, 3]) assert.match(await stranger(size), /^broken: .*"thief"/);
  });

  it("is read once for many jobs instead of each of them, and what it shows in part is asked for", async () => {
    const jobs: readonly JobSetup[] = Array.from({ length: 30 }, (_, index) => ({
      key: `job_${index}`,
      principal: principalOf(index),
      id: String(index + 1),
      ...(index === 7 && {
        settings: { tasks: manyTasks.slice(0, 100).concat({ task_key: "last", ...python }) },
      }),
    }));
    const fake = workspaceWith(jobs, ["hr"]);
    const access = accessFileOf(jobs.map(({ key }) => [key, "read", "hr"]));
    const asked = async (): Promise<number[]> => {
      fake.requests.length = 0;
      const plan = await examineAccess(requestOf({ fake, bundle: bundleOf(jobs), access }));
      assert.equal(plan.proofs.size, 30);
      for (const { checks } of plan.proofs.values())
        assert.ok(checks[0]?.points.every(({ point, grade }) => point !== "deployed" || grade === "proven"));
      return ["list", "get"].map(
        (what) => fake.requests.filter((one) => one === `GET /api/2.2/jobs/${what}`).length,
      );
    };
    // Two pages of the one that the listing cuts off.
    assert.deepEqual(await asked(), [1, 2]);
    // Whoever may not list every job asks for each.
    fake.admins.delete(DEPLOYER);
    assert.deepEqual(await asked(), [0, 31]);
  });
});
