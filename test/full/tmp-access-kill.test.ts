import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { ACCOUNT_ID, WORKSPACE_ID } from "../../sandbox/defaults.ts";
import { startSandbox, type Sandbox } from "../../sandbox/sandbox.ts";
import { accessFileOf, principalOf } from "../unit/access/setup.ts";
import type { ChildOrder } from "./access-kill-child.ts";

const CHILD = fileURLToPath(new URL("access-kill-child.ts", import.meta.url));
const ADMIN = {
  applicationId: principalOf(99),
  displayName: "deployer",
  accountAdmin: true,
  workspaceAdmin: true,
};
const INDICES = Array.from({ length: 12 }, (_, index) => index);
/** Each kill is a process; in-process every request is taken (access-crash.test.ts). */
const KILLS = 12;

/** Runs a child to its end: its requests, or undefined if it was killed. */
function run(order: ChildOrder): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, ["--import", "tsx", CHILD], { stdio: ["pipe", "pipe", "pipe"] });
    let out = "";
    let err = "";
    child.stdout.on("data", (chunk: Buffer) => (out += chunk.toString()));
    child.stderr.on("data", (chunk: Buffer) => (err += chunk.toString()));
    child.on("error", reject);
    child.on("close", (code, signal) => {
      if (signal === "SIGKILL") resolve(undefined);
      else if (code === 0) resolve(Number(out));
      else reject(new Error(err));
    });
    child.stdin.end(JSON.stringify(order));
  });
}

describe("a run that is killed with kill -9", function () {
  this.timeout(2_400_000);
  let sandbox: Sandbox;
  let base: Omit<ChildOrder, "withdraw" | "killAt" | "effect">;

  beforeEach(async () => {
    sandbox = await startSandbox();
    const { workspace, account } = sandbox;
    const admin = account.addServicePrincipal(ADMIN);
    workspace.serviceCredentials.metastoreOwner = "admins";
    workspace.serviceCredentials.add({ name: "elsewhere" });
    workspace.serviceCredentials.grant("elsewhere", "somebody");
    workspace.files.mkdirs("/Workspace/Shared/lake/files");
    const jobs = INDICES.map((index) => {
      const principal = principalOf(index);
      account.addServicePrincipal({ applicationId: principal, displayName: `job ${index}` });
      workspace.serviceCredentials.add({ name: `cred-${index}`, isolated: true });
      const settings = {
        name: `job_${index}`,
        run_as: { service_principal_name: principal },
        deployment: { kind: "BUNDLE", metadata_file_path: "/Workspace/Shared/lake/state/metadata.json" },
      };
      return [`job_${index}`, { ...settings, id: workspace.jobs.create(settings, admin).id }] as const;
    });
    const { host } = workspace;
    base = {
      host,
      token: await sandbox.tokens.issue(admin, "account", { iss: `${host}/oidc`, aud: WORKSPACE_ID }),
      deployerId: ADMIN.applicationId,
      accountId: ACCOUNT_ID,
      workspaceId: WORKSPACE_ID,
      access: accessFileOf(INDICES.map((index) => [`job_${index}`, "reach", `cred-${index}`])),
      summary: {
        bundle: { name: "lake", target: "prod" },
        workspace: { state_path: "/Workspace/Shared/lake/state", file_path: "/Workspace/Shared/lake/files" },
        resources: { jobs: Object.fromEntries(jobs) },
      },
    };
  });
  afterEach(() => sandbox.stop());

  const holders = (): string[] =>
    INDICES.flatMap((index) => sandbox.workspace.serviceCredentials.accessOf(`cred-${index}`));
  const check = (granted: boolean): void => {
    assert.deepEqual(holders(), granted ? INDICES.map(principalOf) : []);
    assert.deepEqual(sandbox.workspace.serviceCredentials.accessOf("elsewhere"), ["somebody"]);
  };

  it("converges in the next process, applying and withdrawing 12 entries", async () => {
    const whole = { ...base, killAt: 0, effect: "before" as const };
    const counts = {
      apply: await run({ ...whole, withdraw: false }),
      withdraw: await run({ ...whole, withdraw: true }),
    };
    check(false);
    for (let kill = 0; kill < KILLS; kill += 1) {
      const effect = kill % 2 === 0 ? "before" : "after";
      for (const withdraw of [false, true]) {
        const total = (withdraw ? counts.withdraw : counts.apply) ?? 0;
        const killAt = Math.max(1, Math.round(((kill + 1) * total) / (KILLS + 1)));
        assert.equal(
          await run({ ...base, withdraw, killAt, effect }),
          undefined,
          `killed at ${killAt} of ${total}`,
        );
        await run({ ...whole, withdraw });
        check(!withdraw);
      }
    }
  });
});
