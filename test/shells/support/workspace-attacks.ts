import assert from "node:assert/strict";
import { ran, unharmed, type Attack, type Attacked } from "./attack.ts";
import { locksOf } from "./more-code-attacks.ts";

/** `state` is then the bundle's state folder in the workspace, `write` and `remove` change a file of it. */
const STATE = `const me = JSON.parse(await api("GET", "/api/2.0/preview/scim/v2/Me")).userName, state_path = "/Workspace/Users/" + me + "/.bundle/lakehouse-jobs/prod/state";
  const remove = (name) => api("POST", "/api/2.0/workspace/delete", { path: state_path + "/" + name });
  const write = (name, text) => api("POST", "/api/2.0/workspace/import", { path: state_path + "/" + name, format: "AUTO", overwrite: true, content: Buffer.from(text).toString("base64") });
  const read = async (name) => Buffer.from(JSON.parse(await api("GET", "/api/2.0/workspace/export?format=AUTO&path=" + encodeURIComponent(state_path + "/" + name))).content, "base64").toString();`;
const LEASE = "databricks-secretless.lease";

const leasesOf = ({ sandbox }: Attacked): string[] =>
  [...sandbox.workspace.files.objects.keys()].filter((name) => name.endsWith(LEASE));
/** The deployment that follows converges, and leaves neither lock nor lease. */
const converges = (attacked: Attacked): void => {
  unharmed(attacked);
  assert.deepEqual([...locksOf(attacked), ...leasesOf(attacked)], []);
};
const told = (attacked: Attacked): void => {
  ran(attacked);
  assert.equal(attacked.succeeded, false, attacked.log);
};
const lock = (fields: string): string =>
  `JSON.stringify({ ID: "aaaaaaaa-0000-4000-8000-000000000000", AcquisitionTime: new Date().toISOString(), IsForced: false, User: me, ...${fields} })`;
const waitsForIt = ({ code, succeeded, log }: Attacked): void => {
  assert.equal(succeeded, false, log);
  assert.equal(code, "DEPLOYMENT_LOCKED", log);
};

/** What code of the bundle does in the workspace while the deployment holds its lock and its lease. */
export const WORKSPACE_ATTACKS: readonly Attack[] = [
  {
    what: "deletes the lock that is held",
    hook: "postdeploy",
    code: `${STATE} saw(JSON.parse(await read("deploy.lock")).User); saw(await remove("deploy.lock"));`,
    holds: told,
    next: converges,
  },
  {
    what: "puts the lock of somebody else in the place of the one that is held",
    hook: "postdeploy",
    inputs: { "lock-timeout": "1s", lockTimeout: "1s" },
    code: `${STATE} saw(await write("deploy.lock", ${lock(`{ User: "somebody" }`)}));`,
    holds: told,
    next: waitsForIt,
  },
  {
    what: "puts a forced lock in the place of the one that is held",
    hook: "postdeploy",
    inputs: { "lock-timeout": "1s", lockTimeout: "1s" },
    code: `${STATE} saw(await write("deploy.lock", ${lock("{ IsForced: true }")}));`,
    holds: told,
    next: waitsForIt,
  },
  {
    what: "deletes the lease that is held",
    hook: "postdeploy",
    code: `${STATE} saw(JSON.parse(await read("${LEASE}")).id); saw(await remove("${LEASE}"));`,
    holds: unharmed,
    next: converges,
  },
  {
    what: "writes hostile text into the lease that is held",
    hook: "postdeploy",
    code: `${STATE} saw(await write("${LEASE}", "\\n::error::forged\\u001b[2J" + "x".repeat(100000)));`,
    holds: unharmed,
    next: converges,
  },
  {
    what: "puts a folder in the place of the lease",
    hook: "postdeploy",
    code: `${STATE} await remove("${LEASE}"); saw(await api("POST", "/api/2.0/workspace/mkdirs", { path: state_path + "/${LEASE}" }));`,
    holds: unharmed,
    next: unharmed,
  },
  {
    what: "leaves the lease of a run that lives",
    hook: "postdeploy",
    inputs: { "lock-timeout": "1s", lockTimeout: "1s" },
    code: `${STATE} const mine = JSON.parse(await read("${LEASE}")); saw(mine.id);
      spawn(process.execPath, ["-e", ${JSON.stringify(`const [, url, host, file, text] = process.argv; setTimeout(async () => { const { access_token } = JSON.parse(url); await fetch(host + "/api/2.0/workspace/import", { method: "POST", headers: { authorization: "Bearer " + access_token }, body: JSON.stringify({ path: file, format: "AUTO", overwrite: true, content: Buffer.from(text).toString("base64") }) }); }, 1500);`)}, await (await ask()).text(), process.env.DATABRICKS_HOST, state_path + "/${LEASE}", JSON.stringify({ ...mine, id: "aaaaaaaa-0000-4000-8000-000000000000", run: "x\\n::error::forged\\u001b[2J" })], { detached: true, stdio: "ignore", env: {} }).unref();`,
    holds: unharmed,
    next: (attacked) => {
      waitsForIt(attacked);
      assert.doesNotMatch(attacked.rawLog, /^::error::forged/m);
      assert.ok(!attacked.rawLog.includes("\u001b[2J"));
    },
  },
];
