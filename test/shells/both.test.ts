import assert from "node:assert/strict";
import { sample } from "../unit/support/sample.ts";
import { startBothJobs, type BothJobs, type BothStep } from "./support/both-shells.ts";

interface Step extends BothStep {
  readonly title: string;
  /** The code that the step fails with. */
  readonly fails?: string;
}

const withoutNightly = (text: string): string => text.replace(/^ {4}nightly:\n(?: {6}.*\n|\n)+/m, "");
const inWorkspace =
  (setting: string) =>
  (text: string): string =>
    text.replace("root_path:", `${setting}\n      root_path:`);
const RUN = { command: "run", resource: "ingest_orders" } as const;

/** Each is one job on either CI, whose steps follow each other. */
const JOBS: Readonly<Record<string, readonly Step[]>> = {
  "a bundle and its end": [
    { title: "plan of what is not there yet", inputs: { command: "plan" } },
    { title: "run of what is not there yet", inputs: RUN, fails: "RESOURCE_UNKNOWN" },
    { title: "deploy" },
    { title: "deploy again" },
    { title: "plan without changes", inputs: { command: "plan" } },
    {
      title: "plan that deletes",
      inputs: { command: "plan" },
      edit: ["resources/orders.yml", withoutNightly],
    },
    {
      title: "deploy that deletes",
      edit: ["resources/orders.yml", withoutNightly],
      fails: "DESTRUCTIVE_PLAN",
    },
    {
      title: "deploy that deletes, approved",
      inputs: { "auto-approve": "true" },
      edit: ["resources/orders.yml", withoutNightly],
    },
    { title: "run", inputs: RUN, run: { result: "SUCCESS", runningPolls: 0 } },
    { title: "run, not waited for", inputs: { ...RUN, wait: "false" } },
    {
      title: "run that fails",
      inputs: RUN,
      run: { result: "FAILED", message: "the orders are late", runningPolls: 0 },
      fails: "RUN_FAILED",
    },
    { title: "run of nobody knows what", inputs: { ...RUN, resource: "nosuch" }, fails: "RESOURCE_UNKNOWN" },
    { title: "destroy", inputs: { command: "destroy" }, fails: "DESTRUCTIVE_PLAN" },
    { title: "destroy, approved", inputs: { command: "destroy", "auto-approve": "true" } },
    { title: "destroy of nothing", inputs: { command: "destroy", "auto-approve": "true" } },
  ],
  mistakes: sample<Step>(
    [
      {
        title: "wrong inputs",
        inputs: { "workspace-id": "x", timeout: "soon", exchange: "aws", "cli-sha256": "short" },
        fails: "INPUT_INVALID",
      },
      { title: "run without a resource", inputs: { command: "run" }, fails: "INPUT_INVALID" },
      { title: "no bundle", inputs: { "bundle-root": "src" }, fails: "BUNDLE_NOT_FOUND" },
      { title: "an unknown target", inputs: { target: "nowhere" }, fails: "BUNDLE_INVALID" },
      { title: "another workspace", inputs: { "workspace-id": "1" }, fails: "WRONG_WORKSPACE" },
      {
        title: "a bundle for another host",
        edit: ["databricks.yml", inWorkspace("host: https://example.com")],
        fails: "HOST_NOT_APPROVED",
      },
      {
        title: "a bundle with a credential",
        edit: ["databricks.yml", inWorkspace("profile: mine")],
        fails: "CREDENTIAL_IN_BUNDLE",
      },
      {
        title: "YAML that cannot be read",
        edit: ["databricks.yml", (text) => `${text}\n  : [`],
        fails: "BUNDLE_INVALID",
      },
      {
        title: "a reference that leads nowhere",
        inputs: { command: "plan" },
        edit: ["resources/orders.yml", (text) => text.replaceAll("resources.jobs.", "resources.jobs.no_")],
        fails: "BUNDLE_INVALID",
      },
    ],
    2,
  ),
};

describe("both shells do the same: outputs, summary, issues and requests to the workspace", () => {
  for (const [title, steps] of Object.entries(JOBS)) {
    describe(title, () => {
      let jobs: BothJobs;
      before(async () => {
        jobs = await startBothJobs();
      });
      after(() => jobs.stop());

      for (const { title, fails, ...step } of steps) {
        it(title, async () => {
          const { github, azure } = await jobs.step(step);
          const errors = azure.issues.filter((issue) => issue.startsWith("error "));
          const code = errors.map((issue) => / ([A-Z_]+): /.exec(issue)?.[1]).find(Boolean);
          assert.equal(code, fails, errors.join("\n"));
          assert.equal(azure.succeeded, fails === undefined);
          assert.deepEqual(azure, github);
        });
      }
    });
  }
});
