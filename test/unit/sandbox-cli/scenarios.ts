import path from "node:path";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import type { SandboxOptions } from "../../../sandbox/sandbox.ts";
import { exampleBundle, JOB, oneJob, TARGET, twoJobs } from "./bundles.ts";
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
        seen.push(observe(command, await rig.run(folder, ["bundle", ...command.split(" ")], env), rig));
      }
    }, rig);
    return seen;
  } finally {
    await rig.stop();
  }
}

const ROOT = `/Workspace/Users/${DEPLOYER.applicationId}/small`;
const PLAN = "plan -o json";
const SUMMARY = "summary -o json";
const DESTROY = "destroy --auto-approve";
const refused = (message: string) => ({ status: 403, body: { error_code: "PERMISSION_DENIED", message } });

/** One command on one bundle. */
function one(name: string, files: BundleFiles, command: string, env = {}): Scenario {
  return { name, play: (run) => run(files, [command], env) };
}

export const SCENARIOS: readonly Scenario[] = [
  {
    name: "deploy, plan again, change, delete a job, destroy",
    play: async (run) => {
      const on = (...commands: readonly string[]): string[] => commands.map((one) => `${one} -t prod`);
      await run(twoJobs(), on(PLAN, SUMMARY, "deploy", PLAN, SUMMARY));
      const changed = twoJobs((yaml) =>
        yaml
          .slice(0, yaml.indexOf("    second:"))
          .replace("max_retries", "timeout_seconds: 60\n          max_retries"),
      );
      await run(changed, on(PLAN, SUMMARY, "deploy", PLAN, DESTROY, DESTROY));
    },
  },
  {
    name: "the example bundle: deploy, plan again, recreate its schema, destroy",
    play: async (run) => {
      await run(
        await exampleBundle(),
        [PLAN, "deploy", PLAN, SUMMARY].map((one) => `${one} -t prod`),
      );
      const renamed = await exampleBundle((yaml) => yaml.replace("name: orders\n", "name: sales\n"));
      const commands = [PLAN, "deploy", "deploy --auto-approve", PLAN, DESTROY];
      await run(
        renamed,
        commands.map((one) => `${one} -t prod`),
      );
    },
  },
  {
    name: "ids past 2^53",
    options: { bigIds: true },
    play: async (run) => {
      await run(
        await exampleBundle(),
        ["deploy", PLAN, SUMMARY, DESTROY].map((one) => `${one} -t prod`),
      );
    },
  },
  {
    name: "local state where DATABRICKS_BUNDLE_TMP says",
    play: (run, { folder }) =>
      run(oneJob(), [PLAN, "deploy", SUMMARY], { DATABRICKS_BUNDLE_TMP: path.join(folder, "tmp") }),
  },
  {
    name: "a job deleted by hand is made again",
    play: async (run, { sandbox }) => {
      await run(oneJob(), ["deploy"]);
      const { jobs } = sandbox.workspace;
      for (const id of [...jobs.all.keys()]) jobs.delete(id);
      await run(oneJob(), [PLAN, "deploy"]);
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
    name: "the lock of another deployment",
    play: async (run, { sandbox }) => {
      await run(oneJob(), ["deploy"]);
      const lock = { ID: "8ed84271-28b6-496b-8cfb-e13fa68c3d4a", IsForced: false, User: "someone" };
      const content = JSON.stringify({ ...lock, AcquisitionTime: "2026-11-25T11:23:18.5486487Z" });
      sandbox.workspace.files.importFile(`${ROOT}/state/deploy.lock`, Buffer.from(content), true);
      await run(oneJob(), ["deploy", DESTROY, PLAN, SUMMARY]);
    },
  },
  {
    name: "the API refuses a job; the next deployment makes it",
    play: async (run, { sandbox }) => {
      const then = { status: 400, body: { error_code: "INVALID_PARAMETER_VALUE", message: "bad cron" } };
      const fault = sandbox.fault({ path: "/api/2.2/jobs/create", then, times: Infinity });
      await run(oneJob(), ["deploy"]);
      fault.remove();
      await run(oneJob(), [PLAN, "deploy"]);
    },
  },
  {
    name: "reading the state is refused",
    play: async (run, { sandbox }) => {
      sandbox.fault({ path: "/api/2.0/workspace/get-status", then: refused("no read"), times: Infinity });
      await run(oneJob(), [PLAN]);
    },
  },
  {
    name: "a job that may not be deleted survives destroy",
    play: async (run, { sandbox }) => {
      await run(oneJob(), ["deploy"]);
      sandbox.fault({ path: "/api/2.2/jobs/delete", then: refused("no manage"), times: Infinity });
      await run(oneJob(), [DESTROY]);
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
      await run(oneJob(), ["run j", "deploy", "run nope"]);
      runs.script({ runningPolls: 0, outputs: { a: { result: "42" } } });
      await run(oneJob(), ["run j", "run j --no-wait"]);
      for (const result of ["FAILED", "CANCELED", "TIMEDOUT", "SKIPPED"] as const) {
        runs.script({ runningPolls: 0, result, message: "it broke" });
        await run(oneJob(), ["run j"]);
      }
    },
  },
  {
    name: "development mode, by default",
    play: (run) => run(twoJobs(), [PLAN, SUMMARY]),
  },
  one("an unknown target", twoJobs(), `${PLAN} -t nope`),
  one("no targets at all", oneJob({ target: "" }), PLAN),
  one("an unknown variable", oneJob({ job: JOB.replace("name: j", "name: ${var.v}") }), PLAN),
  one("an unknown reference", oneJob({ job: JOB.replace("name: j", "name: ${bundle.nope}") }), PLAN),
  one("a notebook that is missing", oneJob({ job: JOB.replace("n.py", "m.py") }), PLAN),
  one("production in a shared folder", oneJob({ target: TARGET.replace(/Users\/.*/, "Shared/x") }), PLAN),
  one("a variable from the environment", twoJobs(), `${PLAN} -t prod`, { BUNDLE_VAR_cron: "0 0 5 * * ?" }),
];
