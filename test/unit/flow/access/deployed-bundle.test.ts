import assert from "node:assert/strict";
import { member } from "../../../../core/api/json.ts";
import { deployedBundle } from "../../../../core/flow/access/deployed-bundle.ts";
import type { BundleSettings } from "../../../../core/bundle/settings.ts";
import { FakeDatabricks } from "../../access/fake-databricks.ts";
import { DEPLOYER, failure, principalOf, REGISTRAR } from "../../access/setup.ts";

const STATE = "/Workspace/Shared/lake/state";
const SETTINGS: BundleSettings = {
  name: "lake",
  target: "prod",
  statePath: STATE,
  filePath: "/Workspace/Shared/lake/files",
  config: {},
};

describe("what is deployed of a bundle", () => {
  let fake = new FakeDatabricks();
  const look = (): ReturnType<typeof deployedBundle> => deployedBundle(fake.as(REGISTRAR), SETTINGS, "111");
  const add = (id: string, path = `${STATE}/metadata.json`, principal = principalOf(1)): void => {
    const deployment = { kind: "BUNDLE", metadata_file_path: path };
    const settings = { name: `job ${id}`, deployment, run_as: { service_principal_name: principal } };
    fake.jobs.push({ job_id: id, creator_user_name: DEPLOYER, settings });
  };
  const metadata = (
    jobs: Readonly<Record<string, string>>,
    bundle: object = { name: "lake", target: "prod" },
  ): void => {
    const resources = { jobs: Object.fromEntries(Object.entries(jobs).map(([key, id]) => [key, { id }])) };
    fake.files.set(`${STATE}/metadata.json`, JSON.stringify({ version: 1, config: { bundle, resources } }));
  };
  beforeEach(() => {
    fake = new FakeDatabricks();
    fake.pageSize = 2;
  });

  it("is its jobs in the workspace, with their keys, over all pages", async () => {
    for (const id of ["11", "12", "13", "14", "15"]) add(id, undefined, principalOf(Number(id)));
    add("99", "/Workspace/Shared/other/state/metadata.json");
    metadata({ a: "11", b: "12", c: "13", d: "14" });
    const { facts, creators } = await look();
    assert.deepEqual(
      facts.jobs.map(({ key, id, runAs }) => [key, id, runAs]),
      ["a", "b", "c", "d"].map((key, at) => [
        key,
        String(11 + at),
        { kind: "service_principal", applicationId: principalOf(11 + at) },
      ]),
    );
    assert.deepEqual(facts.goneJobIds, ["15"]);
    assert.deepEqual(creators, [DEPLOYER]);
    assert.deepEqual(fake.writes, []);
  });

  it("has every task of a job that the workspace gives by pages", async () => {
    add("11");
    const tasks = Array.from({ length: 250 }, (_, at) => ({ task_key: `task_${at}` }));
    fake.jobs[0] = { ...fake.jobs[0], settings: { ...(fake.jobs[0]?.["settings"] as object), tasks } };
    metadata({ a: "11" });
    const { facts } = await look();
    assert.deepEqual(member(facts.jobs[0]?.settings, "tasks"), tasks);
  });

  for (const [spelled, state] of [
    ["/Shared/lake/state", "/Workspace/Shared/lake/state"],
    ["/Workspace/Shared/lake/state", "/Shared/lake/state"],
    ["/Shared/lake/state", "/Workspace/Shared//lake/./state/"],
  ] as const) {
    it(`is the same where its jobs say ${spelled}, and the bundle ${state}`, async () => {
      add("11", `${spelled}/metadata.json`);
      const resources = { jobs: { a: { id: "11" } } };
      const config = { bundle: { name: "lake", target: "prod" }, resources };
      fake.files.set(`${state}/metadata.json`, JSON.stringify({ version: 1, config }));
      const { facts } = await deployedBundle(fake.as(REGISTRAR), { ...SETTINGS, statePath: state }, "111");
      assert.deepEqual(
        facts.jobs.map(({ key, id }) => [key, id]),
        [["a", "11"]],
      );
    });
  }

  it("is not deployed by whoever says so in a job of his own", async () => {
    add("11");
    add("12");
    add("13");
    for (const [at, creator] of [REGISTRAR, DEPLOYER, "ann@example.com"].entries())
      fake.jobs[at] = { ...fake.jobs[at], creator_user_name: creator };
    metadata({ a: "12", b: "13" });
    // Who is no service principal cannot be given what a deployer is.
    assert.deepEqual((await look()).creators, [DEPLOYER]);
  });

  it("is nothing where nothing is", async () => {
    const { facts, creators } = await look();
    assert.deepEqual([facts.jobs, facts.goneJobIds, creators], [[], [], []]);
  });

  for (const [what, prepare, wanted] of [
    [
      "leads a key to a job of another bundle",
      () => metadata({ a: "99" }),
      /Job "a" \(99\) is not in the workspace as a job/,
    ],
    ["leads a key to a job that is not there", () => metadata({ a: "404" }), /Job "a" \(404\)/],
    [
      "is of another target",
      () => metadata({ a: "11" }, { name: "lake", target: "dev" }),
      /another bundle or target/,
    ],
    [
      "is of another bundle",
      () => metadata({ a: "11" }, { name: "pond", target: "prod" }),
      /another bundle or target/,
    ],
    ["is no JSON", () => fake.files.set(`${STATE}/metadata.json`, "{"), /another bundle or target/],
    ["is hidden from the registrar", () => undefined, /not there, or not readable, and 1 jobs/],
  ] as const) {
    it(`is refused where its record ${what}`, async () => {
      add("11");
      add("99", "/Workspace/Shared/other/state/metadata.json");
      prepare();
      const error = await failure(look());
      assert.equal(error.code, "ACCESS_DEPLOYMENT_UNPROVEN");
      assert.match(error.mistakes.map(({ problem }) => problem).join("\n"), wanted);
    });
  }
});
