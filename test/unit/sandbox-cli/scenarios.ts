import path from "node:path";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import type { SandboxOptions } from "../../../sandbox/sandbox.ts";
import { exampleBundle, JOB, oneJob, TARGET, twoJobs } from "./bundles.ts";
import { observe, type Observation } from "./observe.ts";
import type { BundleFiles, Rig } from "./rig.ts";

/** Something to do with a CLI, and the exit codes that it must give. */
export interface Scenario {
  readonly name: string;
  readonly codes: readonly number[];
  readonly options?: SandboxOptions;
  readonly play: (steps: Steps) => Promise<void>;
}

/** Runs commands, each in a fresh checkout, and keeps what was seen. */
export class Steps {
  readonly rig: Rig;
  readonly seen: Observation[] = [];

  constructor(rig: Rig) {
    this.rig = rig;
  }

  async run(files: BundleFiles, command: string, env: Readonly<Record<string, string>> = {}): Promise<void> {
    const folder = await this.rig.checkout(files);
    const result = await this.rig.run(folder, command.split(" "), env);
    this.seen.push(observe(command, result, this.rig));
  }
}

const ROOT = `/Workspace/Users/${DEPLOYER.applicationId}/small`;
const refused = (message: string) => ({ status: 403, body: { error_code: "PERMISSION_DENIED", message } });

/** One command on one bundle. */
function one(name: string, files: BundleFiles, command: string, code: number, env = {}): Scenario {
  return { name, codes: [code], play: (steps) => steps.run(files, command, env) };
}

const LIFECYCLE: readonly Scenario[] = [
  ...["prod", "dev"].map((target) => ({
    name: `deploy, plan again, change, delete a job, destroy (${target})`,
    codes: [0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
    play: async (steps: Steps) => {
      const files = twoJobs();
      const changed = twoJobs((yaml) =>
        yaml
          .slice(0, yaml.indexOf("    second:"))
          .replace("max_retries", "timeout_seconds: 60\n          max_retries"),
      );
      for (const command of [
        "plan -o json",
        "plan",
        "summary -o json",
        "deploy",
        "plan -o json",
        "summary -o json",
      ]) {
        await steps.run(files, `bundle ${command} -t ${target}`);
      }
      for (const command of ["plan -o json", "summary -o json", "deploy", "plan"]) {
        await steps.run(changed, `bundle ${command} -t ${target}`);
      }
      await steps.run(changed, `bundle destroy -t ${target} --auto-approve`);
      await steps.run(changed, `bundle destroy -t ${target} --auto-approve`);
    },
  })),
  {
    name: "the example bundle: deploy, plan again, recreate its schema, destroy",
    codes: [0, 0, 0, 0, 0, 1, 0, 0, 0],
    play: async (steps) => {
      const files = await exampleBundle();
      for (const command of ["plan -o json", "deploy", "plan -o json", "summary -o json"]) {
        await steps.run(files, `bundle ${command} -t prod`);
      }
      const renamed = await exampleBundle((yaml) => yaml.replace("name: orders\n", "name: sales\n"));
      await steps.run(renamed, "bundle plan -o json -t prod");
      await steps.run(renamed, "bundle deploy -t prod");
      await steps.run(renamed, "bundle deploy -t prod --auto-approve");
      await steps.run(renamed, "bundle plan -t prod");
      await steps.run(renamed, "bundle destroy -t prod --auto-approve");
    },
  },
  {
    name: "ids past 2^53",
    codes: [0, 0, 0, 0],
    options: { bigIds: true },
    play: async (steps) => {
      const files = await exampleBundle();
      for (const command of ["deploy", "plan -o json", "summary -o json", "destroy --auto-approve"]) {
        await steps.run(files, `bundle ${command}`);
      }
    },
  },
  {
    name: "local state where DATABRICKS_BUNDLE_TMP says",
    codes: [0, 0, 0],
    play: async (steps) => {
      const env = { DATABRICKS_BUNDLE_TMP: path.join(steps.rig.folder, "tmp") };
      await steps.run(oneJob(), "bundle plan -o json", env);
      await steps.run(oneJob(), "bundle deploy", env);
      await steps.run(oneJob(), "bundle summary -o json", env);
    },
  },
  {
    name: "a job deleted by hand is made again; a file that moved is deleted",
    codes: [0, 0, 0],
    play: async (steps) => {
      await steps.run(oneJob(), "bundle deploy");
      const { jobs } = steps.rig.sandbox.workspace;
      for (const id of [...jobs.all.keys()]) jobs.delete(id);
      await steps.run(oneJob(), "bundle plan -o json");
      const moved = oneJob({ job: JOB.replace("src/n.py", "n.py") });
      await steps.run(
        { "databricks.yml": moved["databricks.yml"] ?? "", "n.py": moved["src/n.py"] ?? "" },
        "bundle deploy",
      );
    },
  },
];

const WEATHER: readonly Scenario[] = [
  {
    name: "the lock of another deployment, then forced",
    codes: [0, 1, 1, 0, 0, 0],
    play: async (steps) => {
      await steps.run(oneJob(), "bundle deploy");
      const lock = { ID: "8ed84271-28b6-496b-8cfb-e13fa68c3d4a", IsForced: false, User: "someone" };
      const content = JSON.stringify({ ...lock, AcquisitionTime: "2026-11-25T11:23:18.5486487Z" });
      steps.rig.sandbox.workspace.files.importFile(`${ROOT}/state/deploy.lock`, Buffer.from(content), true);
      for (const command of ["deploy", "destroy --auto-approve", "plan -o json", "summary -o json"]) {
        await steps.run(oneJob(), `bundle ${command}`);
      }
      await steps.run(oneJob(), "bundle deploy --force-lock");
    },
  },
  {
    name: "the API refuses a job, the other one is deployed and found again",
    codes: [1, 0, 0],
    play: async (steps) => {
      const fault = steps.rig.sandbox.fault({
        path: "/api/2.2/jobs/create",
        then: { status: 400, body: { error_code: "INVALID_PARAMETER_VALUE", message: "bad cron" } },
        times: Infinity,
      });
      await steps.run(oneJob(), "bundle deploy");
      fault.remove();
      await steps.run(oneJob(), "bundle plan -o json");
      await steps.run(oneJob(), "bundle deploy");
    },
  },
  {
    name: "reading the state is refused",
    codes: [1],
    play: async (steps) => {
      steps.rig.sandbox.fault({
        path: "/api/2.0/workspace/get-status",
        then: refused("no read"),
        times: Infinity,
      });
      await steps.run(oneJob(), "bundle plan");
    },
  },
  {
    name: "a job that may not be deleted survives destroy",
    codes: [0, 0],
    play: async (steps) => {
      await steps.run(oneJob(), "bundle deploy");
      steps.rig.sandbox.fault({ path: "/api/2.2/jobs/delete", then: refused("no manage"), times: Infinity });
      await steps.run(oneJob(), "bundle destroy --auto-approve");
    },
  },
  {
    name: "a workspace that the metadata service refuses",
    codes: [1, 1],
    play: async (steps) => {
      const host = new URL(steps.rig.sandbox.github.issuer).origin;
      const files = oneJob({ target: `${TARGET}      host: ${host}\n` });
      await steps.run(files, "bundle plan");
      await steps.run(files, "bundle deploy");
    },
  },
  {
    name: "runs that succeed, fail and are not waited for",
    codes: [1, 0, 1, 0, 0, 1, 1, 1, 1],
    play: async (steps) => {
      const { runs } = steps.rig.sandbox.workspace;
      await steps.run(oneJob(), "bundle run j");
      await steps.run(oneJob(), "bundle deploy");
      await steps.run(oneJob(), "bundle run nope");
      runs.script({ runningPolls: 0, outputs: { a: { result: "42" } } });
      await steps.run(oneJob(), "bundle run j -o json");
      await steps.run(oneJob(), "bundle run j --no-wait");
      for (const result of ["FAILED", "CANCELED", "TIMEDOUT", "SKIPPED"] as const) {
        runs.script({ runningPolls: 0, result, message: "it broke" });
        await steps.run(oneJob(), "bundle run j");
      }
    },
  },
];

const NO_NAME = { ...oneJob(), "databricks.yml": `bundle: {}\n${TARGET}` };
const MISTAKES: readonly Scenario[] = [
  one("no databricks.yml", { "readme.txt": "" }, "bundle plan", 1),
  one("an unknown target", twoJobs(), "bundle plan -t nope", 1),
  one(
    "no default among two targets",
    twoJobs((yaml) => yaml.replace("    default: true\n", "")),
    "bundle plan",
    1,
  ),
  one("no targets at all", oneJob({ target: "" }), "bundle plan -o json", 0),
  one("no name", NO_NAME, "bundle plan", 0),
  one("an empty databricks.yml", { "databricks.yml": "" }, "bundle plan", 1),
  one("YAML that cannot be read", oneJob({ more: "  x: [1\n" }), "bundle plan", 1),
  one("an unknown field of a job", oneJob({ job: JOB.replace("name:", "nam:") }), "bundle plan", 0),
  one("an unknown field at the top", oneJob({ more: "foo: 1\n" }), "bundle plan", 0),
  one(
    "a variable without a value",
    oneJob({ more: "variables:\n  v:\n    description: x\n" }),
    "bundle plan",
    1,
  ),
  one("an unknown variable", oneJob({ job: JOB.replace("name: j", "name: ${var.v}") }), "bundle plan", 1),
  one(
    "an unknown reference",
    oneJob({ job: JOB.replace("name: j", "name: ${bundle.nope}") }),
    "bundle plan",
    1,
  ),
  one("a notebook that is missing", oneJob({ job: JOB.replace("n.py", "m.py") }), "bundle plan", 1),
  one("a file in place of a notebook", oneJob({ job: JOB.replace("n.py", "p.py") }), "bundle plan", 1),
  one(
    "a host with a variable",
    oneJob({ more: "workspace:\n  host: ${var.h}\nvariables:\n  h:\n    default: x\n" }),
    "bundle plan",
    1,
  ),
  one(
    "production in a shared folder",
    oneJob({ target: TARGET.replace(/Users\/.*/, "Shared/x") }),
    "bundle plan",
    0,
  ),
  one(
    "production without a root path",
    oneJob({ target: "targets:\n  prod:\n    mode: production\n" }),
    "bundle plan",
    0,
  ),
  one("destroy without approval", oneJob(), "bundle destroy", 1),
  one("run without a key", oneJob(), "bundle run", 1),
  one("a variable from the environment", twoJobs(), "bundle plan -o json -t prod", 0, {
    BUNDLE_VAR_cron: "0 0 5 * * ?",
  }),
  one("the target from the environment", twoJobs(), "bundle summary -o json", 0, {
    DATABRICKS_BUNDLE_TARGET: "prod",
  }),
];

export const SCENARIOS: readonly Scenario[] = [...LIFECYCLE, ...WEATHER, ...MISTAKES];
