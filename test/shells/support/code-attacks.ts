import assert from "node:assert/strict";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import type { Sandbox } from "../../../sandbox/sandbox.ts";
import { unharmed, type Attack, type Attacked } from "./attack.ts";

const MARKED = "a-text-that-nobody-shall-see";

/** The step says that something is wrong, and nothing of what was forged. */
const refused =
  (code: string) =>
  ({ code: found, succeeded, log, outputs, seen }: Attacked): void => {
    assert.ok(seen.length > 0, `the attack did not run\n${log}`);
    assert.equal(found, code, log);
    assert.equal(succeeded, false, log);
    assert.doesNotMatch(log, /^(?:##\[\w+\])?Deployed /m);
    assert.ok(!log.includes(MARKED));
    assert.equal(outputs["jobs"], undefined);
  };

const FORGED = `const file = path.join(state, "resources.json");
  const json = JSON.parse(fs.readFileSync(file, "utf8")); saw(Object.keys(json.state));`;
const SAVED = `fs.writeFileSync(file, JSON.stringify(json));`;
const linkTo = (name: string): string =>
  `const target = path.join(process.env.DATABRICKS_BUNDLE_TMP, "..", "..", "elsewhere"); fs.writeFileSync(target, ${JSON.stringify(MARKED)});
   const file = path.join(state, ${JSON.stringify(name)}); saw(1); fs.rmSync(file, { force: true, recursive: true }); fs.symlinkSync(target, file);`;
const pipeAt = (name: string): string =>
  `const file = path.join(state, ${JSON.stringify(name)}); saw(1); fs.rmSync(file, { force: true, recursive: true }); spawnSync("mkfifo", [file]);`;

/** The jobs of another bundle in the workspace, of which the attacker knows the id. */
let foreignJob = "";
const withForeignJob = ({ workspace }: Sandbox): void => {
  const deployer = {
    ...DEPLOYER,
    id: "1",
    workspace: "write",
    accountAdmin: false,
    workspaceAdmin: false,
  } as const;
  const deployment = { kind: "BUNDLE", metadata_file_path: "/Workspace/Shared/other/state/metadata.json" };
  foreignJob = workspace.jobs.create({ name: "payroll", deployment }, deployer).id;
};

export const STATE_ATTACKS: readonly Attack[] = [
  {
    what: "says in the local state that a job is one of another bundle",
    hook: "postdeploy",
    prepare: withForeignJob,
    code: `${FORGED} const { jobs } = JSON.parse(await api("GET", "/api/2.2/jobs/list"));
      json.state["resources.jobs.nightly"].__id__ = String(jobs.find((job) => job.settings.name === "payroll").job_id); ${SAVED}`,
    holds: (attacked) => {
      refused("HOST_NOT_APPROVED")(attacked);
      assert.match(
        attacked.log,
        new RegExp(`jobs\\.nightly \\(${foreignJob}, of another bundle or target\\)`),
      );
    },
  },
  {
    what: "exchanges two jobs of the bundle in the local state",
    hook: "postdeploy",
    code: `${FORGED} const [a, b] = ["nightly", "ingest_orders"].map((key) => json.state["resources.jobs." + key]);
      [a.__id__, b.__id__] = [b.__id__, a.__id__]; ${SAVED}`,
    holds: (attacked) => {
      refused("HOST_NOT_APPROVED")(attacked);
      assert.match(attacked.log, /jobs\.nightly \(\d+, which is jobs\.ingest_orders\)/);
    },
  },
  {
    what: "says in the local state that a job is one that nobody has",
    hook: "postdeploy",
    code: `${FORGED} json.state["resources.jobs.nightly"].__id__ = "7"; ${SAVED}`,
    holds: refused("HOST_NOT_APPROVED"),
  },
  {
    what: "adds to the local state what the bundle does not have",
    hook: "postdeploy",
    code: `${FORGED} json.state["resources.jobs.payroll"] = { __id__: "7", state: {} }; ${SAVED}`,
    holds: (attacked) => {
      unharmed(attacked);
      assert.deepEqual(Object.keys(JSON.parse(attacked.outputs["jobs"] ?? "{}") as object).sort(), [
        "count_orders",
        "ingest_orders",
        "nightly",
      ]);
    },
  },
  {
    what: "writes hostile texts into the local state",
    hook: "postdeploy",
    code: `${FORGED} json.state["resources.schemas.orders"].__id__ = "x\\n::set-output name=jobs::forged\\u001b[2J](https://evil.example.com)?#"; ${SAVED}`,
    holds: ({ rawLog, summary, outputs }) => {
      assert.doesNotMatch(rawLog, /^::set-output/m);
      assert.ok(!rawLog.includes("\u001b[2J"));
      assert.doesNotMatch(summary, /\]\(https:\/\/evil/);
      assert.ok(!(outputs["jobs"] ?? "").includes("forged"));
    },
  },
  {
    what: "puts a link in the place of the local state",
    hook: "postdeploy",
    code: linkTo("resources.json"),
    holds: ({ log, seen, succeeded }) => {
      assert.equal(seen.length, 1);
      assert.equal(succeeded, false, log);
      assert.ok(!log.includes(MARKED), log);
    },
  },
  {
    what: "puts a link in the place of the record of the deployment",
    hook: "postdeploy",
    code: linkTo("deployment.json"),
    holds: refused("HOST_NOT_APPROVED"),
  },
  {
    what: "puts a pipe in the place of the record of the deployment",
    hook: "postdeploy",
    code: pipeAt("deployment.json"),
    holds: refused("HOST_NOT_APPROVED"),
  },
  {
    what: "puts a pipe among the lists of what was uploaded",
    hook: "postdeploy",
    code: `saw(1); spawnSync("mkfifo", [path.join(state, "sync-snapshots", "0.json")]);`,
    holds: ({ code, log, succeeded }) => {
      assert.equal(succeeded, false, log);
      assert.equal(code, "SCAN_INCOMPLETE", log);
    },
  },
];
