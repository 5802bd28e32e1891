import assert from "node:assert/strict";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import type { SandboxOptions } from "../../../sandbox/sandbox.ts";
import { exampleBundle, JOB, oneJob, TARGET } from "./bundles.ts";
import { observe, type Observation } from "./observe.ts";
import { Rig, type BundleFiles } from "./rig.ts";

/** Something to do with a CLI: what the tests, the demo and the benchmark of the product do with it. */
export interface Scenario {
  readonly name: string;
  readonly options?: SandboxOptions;
  readonly play: (run: Run, rig: Rig) => Promise<void>;
}
/** Runs commands one after the other, each in a fresh checkout. */
type Run = (
  files: BundleFiles,
  commands: readonly string[],
  env?: Readonly<Record<string, string>>,
) => Promise<void>;

/** Plays the scenario with a CLI in a sandbox of its own. @returns one observation for each command */
export async function play(cli: string, scenario: Scenario): Promise<readonly Observation[]> {
  const rig = await Rig.start(cli, scenario.options);
  const seen: Observation[] = [];
  try {
    await scenario.play(async (files, commands, env = {}) => {
      for (const command of commands) {
        const folder = await rig.checkout(files);
        const result = await rig.run(folder, ["bundle", ...command.split(" ")], env);
        seen.push(await observe(command, folder, result, rig));
      }
    }, rig);
    return seen;
  } finally {
    await rig.stop();
  }
}

const LOCK = `/Workspace/Users/${DEPLOYER.applicationId}/small/state/deploy.lock`;
const PLAN = "plan -o json";
const SUMMARY = "summary -o json";
const DESTROY = "destroy --auto-approve";
/** As core/cli/run-command.ts quotes them. */
const PARAMETERS = `run j --params "day=1","list=a,""b"",c"`;
const VARIABLE = {
  more: "variables: { word: { default: none } }\n",
  job: JOB.replace("name: j", "name: j\n      description: ${var.word}"),
};
const refused = (message: string) => ({ status: 403, body: { error_code: "PERMISSION_DENIED", message } });

/** One command on one bundle. */
function one(name: string, files: BundleFiles, command: string, env = {}): Scenario {
  return { name, play: (run) => run(files, [command], env) };
}

/** What the product's tests do to the example, in one: a new name of its schema, a schedule, parameters, a job less. */
function changed(yaml: string): string {
  return yaml
    .replace("name: orders\n", "name: sales\n")
    .replace("0 30 2 * * ?", "0 45 3 * * ?")
    .replace("name: ingest-orders", "name: ingest-orders\n      parameters: [{ name: day, default: 1 }]")
    .replace(/^ {4}nightly:\n(?: {6}.*\n|\n)+/m, "");
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "the example bundle: deploy, plan again, change, recreate and delete, destroy",
    options: { bigIds: true },
    play: async (run) => {
      const on = (...commands: readonly string[]): string[] => commands.map((one) => `${one} -t prod`);
      await run(await exampleBundle(), on(PLAN, SUMMARY, "deploy", PLAN, SUMMARY));
      const approved = "deploy --auto-approve";
      const { "README.md": gone, ...files } = await exampleBundle(changed);
      assert.ok(gone);
      await run(files, on(PLAN, SUMMARY, "deploy", approved, PLAN, SUMMARY, DESTROY, DESTROY));
    },
  },
  {
    name: "a cluster of a task's own: deploy, plan again, change its Spark configuration",
    play: async (run) => {
      const cluster = "{ spark_version: 15.4.x-scala2.12, num_workers: 1, spark_conf: { a.b: c } }";
      const files = oneJob({ job: `${JOB}          new_cluster: ${cluster}\n` });
      await run(files, ["deploy", PLAN]);
      const yaml = files["databricks.yml"] ?? "";
      await run({ ...files, "databricks.yml": yaml.replace("a.b: c", "a.b: d") }, [PLAN]);
    },
  },
  {
    name: "a job that is refused, made, locked, lost, made again, and may not be deleted",
    play: async (run, { sandbox }) => {
      const { files, jobs } = sandbox.workspace;
      const during = async (path: string, message: string, ...commands: readonly string[]): Promise<void> => {
        const fault = sandbox.fault({ path, then: refused(message), times: Infinity });
        await run(oneJob(), commands);
        fault.remove();
      };
      await during("/api/2.2/jobs/create", "no create", "deploy");
      await run(oneJob(), [PLAN, "deploy"]);
      await during("/api/2.0/workspace/get-status", "no read", PLAN);
      const lock = { ID: "8ed84271-28b6-496b-8cfb-e13fa68c3d4a", IsForced: false, User: "someone" };
      const content = JSON.stringify({ ...lock, AcquisitionTime: "2026-11-25T11:23:18.5486487Z" });
      files.importFile(LOCK, Buffer.from(content), true);
      await run(oneJob(), ["deploy", DESTROY, PLAN, SUMMARY]);
      files.delete(LOCK, false);
      for (const id of [...jobs.all.keys()]) jobs.delete(id);
      await run(oneJob(), [PLAN, "deploy"]);
      await during("/api/2.2/jobs/delete", "no manage", DESTROY);
    },
  },
  {
    name: "a workspace that the metadata service refuses",
    play: (run, { sandbox }) => {
      const host = new URL(sandbox.github.issuer).origin;
      return run(oneJob({ target: `${TARGET}      host: ${host}\n` }), [PLAN, "deploy"]);
    },
  },
  {
    name: "runs that succeed, fail and are not waited for",
    play: async (run, { sandbox }) => {
      const { runs } = sandbox.workspace;
      const files = oneJob({
        job: `${JOB}      parameters: [{ name: day, default: 0 }, { name: list, default: x }]\n`,
      });
      await run(files, ["run j", "deploy", "run nope", "run j --no-wait"]);
      for (const command of ["run j", PARAMETERS]) {
        runs.script({ runningPolls: 0, outputs: { a: { result: "" } } });
        await run(files, [command]);
      }
      for (const result of ["FAILED", "CANCELED", "TIMEDOUT", "SKIPPED"] as const) {
        runs.script({ runningPolls: 0, result, message: "it broke" });
        await run(files, ["run j"]);
      }
    },
  },
  one("an unknown target", oneJob(), `${PLAN} -t nope`),
  one("no targets at all", oneJob({ target: "" }), PLAN),
  one("an unknown variable", oneJob({ job: JOB.replace("name: j", "name: ${var.v}") }), PLAN),
  one("a notebook that is missing", oneJob({ job: JOB.replace("n.py", "m.py") }), PLAN),
  one("production in a shared folder", oneJob({ target: TARGET.replace(/Users\/.*/, "Shared/x") }), PLAN),
  one("a variable from the environment", oneJob(VARIABLE), PLAN, { BUNDLE_VAR_word: "given" }),
];
