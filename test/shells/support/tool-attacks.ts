import assert from "node:assert/strict";
import { ERASED_FROM, ran, unharmed, type Attack, type Attacked } from "./attack.ts";
import { HIDDEN, stopped } from "./more-code-attacks.ts";

/** A program with nothing of the run in its environment: puts another file in the place of one while it is uploaded. */
const SWAPS = `const fs = require("node:fs"), path = require("node:path"), [, root, seen] = process.argv, file = path.join(root, "src/late.py"), until = Date.now() + 20000;
  const deploys = () => fs.readdirSync("/proc").some((pid) => { try { return fs.readlinkSync("/proc/" + pid + "/cwd") === root && fs.readFileSync("/proc/" + pid + "/cmdline", "utf8").includes("bundle\\0deploy\\0"); } catch { return false; } });
  const moment = () => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 2);
  while (!deploys() && Date.now() < until) moment();
  fs.writeFileSync(file, ${HIDDEN}); fs.appendFileSync(seen, JSON.stringify("swapped") + "\\n");
  while (deploys() && Date.now() < until) moment();
  fs.writeFileSync(file, "late = 1\\n");`;

/** Takes itself out of the bundle, so that what the CLI resolves afterwards has no code in it. */
const erasing = (more: string): string => `if (command !== "plan") return saw(command); saw(command);
  const yml = fs.readFileSync(__dirname + "/databricks.yml", "utf8"); fs.writeFileSync(__dirname + "/databricks.yml", yml.slice(0, yml.indexOf(${JSON.stringify(ERASED_FROM)})));
  ${more} fs.writeFileSync(__dirname + "/src/late.py", "late = 1\\n");
  spawn(process.execPath, ["-e", ${JSON.stringify(SWAPS)}, __dirname, SEEN], { detached: true, stdio: "ignore", env: {} }).unref();`;

const seenToSwap: Attack["holds"] = (attacked) => {
  stopped("CREDENTIAL_UPLOADED")(attacked);
  assert.ok(attacked.seen.includes("swapped"), JSON.stringify(attacked.seen));
};

/** Puts a program in the place of the CLI that does what it is asked for, and notes it. */
const REPLACE = `const cli = fs.realpathSync(path.join(variables(step).PATH.split(":")[0], "databricks")), real = path.join(path.dirname(SEEN), "real");
  fs.copyFileSync(cli, real); fs.rmSync(cli);
  fs.writeFileSync(cli, "#!" + process.execPath + "\\nrequire('fs').appendFileSync(" + JSON.stringify(SEEN) + ", JSON.stringify('replaced') + '\\\\n');\\nprocess.exitCode = require('child_process').spawnSync(" + JSON.stringify(real) + ", process.argv.slice(2), { stdio: 'inherit' }).status;\\n", { mode: 0o755 });`;

const notUsed = (attacked: Attacked): void => {
  stopped("CLI_HASH_MISMATCH")(attacked);
  assert.ok(!attacked.seen.includes("replaced"), attacked.log);
};

/** What Python runs by itself before any program of its user's. */
const STARTUP = ["sitecustomize.py", "usercustomize.py", "startup.py"];

export const TOOL_ATTACKS: readonly Attack[] = [
  {
    what: "takes itself out of the bundle, and changes a source while it is uploaded",
    hook: "preinit",
    code: erasing(""),
    holds: seenToSwap,
  },
  {
    what: "takes itself out of the bundle after the CLI has inferred a build",
    hook: "setup.py",
    code: erasing(`fs.rmSync(__dirname + "/setup.py");`),
    holds: seenToSwap,
  },
  {
    what: "replaces the CLI before the next command",
    hook: "prebuild",
    ownCli: true,
    code: `saw(command); ${REPLACE}`,
    holds: (attacked) => {
      notUsed(attacked);
      assert.equal(attacked.sandbox.workspace.jobs.all.size, 0);
    },
  },
  {
    what: "replaces the CLI before what was deployed is read",
    hook: "postdeploy",
    ownCli: true,
    code: `saw(command); ${REPLACE}`,
    holds: notUsed,
  },
  {
    what: "removes the CLI",
    hook: "prebuild",
    ownCli: true,
    code: `saw(command); fs.rmSync(path.join(variables(step).PATH.split(":")[0], "databricks"));`,
    holds: notUsed,
  },
  {
    what: "writes what Python runs by itself, where the job's variables point at the checkout",
    hook: "prebuild",
    env: { PYTHONPATH: "$", PYTHONSTARTUP: "$/startup.py", PYTHONUSERBASE: "$" },
    code: `for (const name of ${JSON.stringify(STARTUP)}) fs.writeFileSync(path.join(__dirname, name), "open(" + JSON.stringify(SEEN) + ", 'a').write('\\"python\\"\\\\n')\\n");
      const { status, error } = spawnSync("python3", ["-c", "pass"]); saw([status, error?.code, Object.keys(process.env).filter((name) => name.startsWith("PYTHON"))]);`,
    holds: (attacked) => {
      unharmed(attacked);
      ran(attacked);
      for (const seen of attacked.seen) assert.deepEqual(seen, [0, null, []]);
    },
  },
  {
    what: "builds another artifact for the deployment than for the plan",
    hook: "build",
    code: `saw(command); fs.writeFileSync(path.join(__dirname, "lib/out.whl"), command === "deploy" ? ${HIDDEN} : "");`,
    holds: stopped("CREDENTIAL_UPLOADED"),
  },
  {
    what: "writes a source as it builds for the deployment",
    hook: "build",
    code: `saw(command); if (command === "deploy") fs.writeFileSync(path.join(__dirname, "src/late.py"), ${HIDDEN});`,
    holds: stopped("CREDENTIAL_UPLOADED"),
  },
  {
    what: "writes another value of a variable than the input gives it",
    hook: "preinit",
    inputs: { variables: "catalog=main" },
    code: `saw(command); const folder = path.join(__dirname, ".databricks/bundle/prod"); fs.mkdirSync(folder, { recursive: true }); fs.writeFileSync(path.join(folder, "variable-overrides.json"), JSON.stringify({ catalog: "forged" }));`,
    holds: (attacked) => {
      unharmed(attacked);
      assert.match(attacked.log, /explore\/data\/main\/orders/);
    },
  },
  {
    what: "writes a state into the checkout",
    hook: "preinit",
    code: `saw(command); const folder = path.join(__dirname, ".databricks/bundle/prod"); fs.mkdirSync(path.join(folder, "terraform"), { recursive: true });
      fs.writeFileSync(path.join(folder, "resources.json"), JSON.stringify({ state_version: 2, cli_version: "1.13.0", lineage: "aaaaaaaa-0000-4000-8000-000000000000", serial: 99, state: { "resources.jobs.nightly": { __id__: "7", state: {} } } }));
      fs.writeFileSync(path.join(folder, "deployment.json"), "{}"); fs.writeFileSync(path.join(folder, "terraform/terraform.tfstate"), "{}");`,
    holds: unharmed,
  },
  {
    what: "removes the CI's temporary folder while the bundle is planned",
    hook: "preinit",
    code: `if (command !== "plan") return; saw(command); const of = variables(step); fs.rmSync(of.RUNNER_TEMP ?? of.AGENT_TEMPDIRECTORY, { recursive: true, force: true });`,
    holds: unharmed,
  },
  {
    what: "removes the CI's temporary folder while the bundle is deployed",
    hook: "postdeploy",
    code: `saw(command); const of = variables(step); fs.rmSync(of.RUNNER_TEMP ?? of.AGENT_TEMPDIRECTORY, { recursive: true, force: true });`,
    holds: ({ succeeded, seen, log }) => {
      assert.ok(seen.length > 0);
      assert.equal(succeeded, false, log);
    },
  },
];
