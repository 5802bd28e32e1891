import assert from "node:assert/strict";
import { execFileSync, spawn } from "node:child_process";
import { link, mkdir, readFile, rm, symlink, writeFile } from "node:fs/promises";
import path from "node:path";
import { AZURE_DEPLOYER, DEPLOYER } from "../../sandbox/defaults.ts";
import { startAzureJob } from "../../sandbox/runner/azure-job.ts";
import { freshUntilExit } from "../../sandbox/runner/scratch.ts";
import { startGitHubJob } from "../../sandbox/runner/github-job.ts";
import { sample } from "../unit/support/sample.ts";
import { builtTask } from "./support/built-task.ts";
import { contentsBelow } from "./support/files.ts";

const SECRET = "runner-Secret-4711-of-nobody-else";
const PAT = `dapi${"0a1b2c3d4e5f6789".repeat(2)}`;

/** Nine levels of nine aliases: 3 × 10⁹ nodes of 0.4 KB ("billion laughs"). */
const BOMB = Array.from({ length: 10 }, (_, level) => {
  const items =
    level === 0 ? "[x, x, x]" : `[${Array.from({ length: 9 }, () => `*a${String(level - 1)}`).join(", ")}]`;
  return `  a${String(level)}: &a${String(level)} ${items}\n`;
}).join("");

interface Result {
  readonly succeeded: boolean;
  /** Everything that was told or written, but for the checkout. */
  readonly shown: string;
}
interface Job {
  readonly checkout: string;
  step(inputs: Readonly<Record<string, string>>, env?: Readonly<Record<string, string>>): Promise<Result>;
  stop(): Promise<void>;
}
const shownOf = (temp: string, texts: readonly unknown[]): string =>
  [...texts, ...[...contentsBelow(temp)].map(([, content]) => String(content))].map(String).join("\n");

async function onGitHub(): Promise<Job> {
  const job = await startGitHubJob({});
  return {
    ...job,
    async step(inputs, env = {}) {
      const given = { variables: `deployer=${DEPLOYER.applicationId}`, command: "plan", ...inputs };
      const { exitCode, rawLog, outputs, summary, temp } = await job.step(given, { env });
      return {
        succeeded: exitCode === 0,
        shown: shownOf(temp, [rawLog, JSON.stringify(outputs), summary]),
      };
    },
  };
}
async function onAzure(): Promise<Job> {
  const job = await startAzureJob({ task: await builtTask() });
  return {
    ...job,
    async step(inputs, env = {}) {
      const camel = (name: string) => name.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase());
      const given = Object.fromEntries(Object.entries(inputs).map(([name, value]) => [camel(name), value]));
      const identity = {
        clientId: AZURE_DEPLOYER.applicationId,
        variables: `deployer=${AZURE_DEPLOYER.applicationId}`,
        command: "plan",
      };
      const { result, rawLog, outputs, summary, temp } = await job.step({ ...identity, ...given }, { env });
      return {
        succeeded: result === "Succeeded",
        shown: shownOf(temp, [rawLog, JSON.stringify(outputs), summary]),
      };
    },
  };
}

for (const [title, start, every] of [
  ["action", onGitHub, 2],
  ["task", onAzure, 4],
] as const) {
  describe(`the built ${title} in a checkout whose files are others`, function () {
    let job: Job;
    let home: string;
    before(async function () {
      if (process.platform === "win32") this.skip();
      job = await start();
      home = await freshUntilExit("home-of-runner");
      await writeFile(path.join(home, "netrc"), `machine x login me password ${SECRET}\n`);
      await writeFile(path.join(home, "list.yml"), `- ${SECRET}\n`);
      await writeFile(path.join(job.checkout, ".git/credentials"), `${SECRET}\n`);
    });
    after(() => job.stop());
    const inCheckout = (name: string): string => path.join(job.checkout, name);
    afterEach(() =>
      Promise.all(
        ["access.yml", "away", "one", "two", "policy.yml", "out", "ci"].map((name) =>
          rm(inCheckout(name), { recursive: true, force: true }),
        ),
      ),
    );

    async function refused(inputs: Readonly<Record<string, string>>, wanted: RegExp): Promise<void> {
      const env = { RUNNER_SECRET: SECRET };
      const { succeeded, shown } = await job.step(inputs, env);
      assert.ok(!succeeded, "the step went on");
      assert.match(shown, wanted);
      assert.ok(!shown.includes(SECRET), "it shows what it must not");
      assert.ok(!shown.includes(SECRET.slice(0, 16)), "it shows a part of what it must not");
    }

    const reads: Readonly<Record<string, readonly [() => Promise<unknown>, RegExp]>> = {
      "the environment of the step": [
        () => symlink("/proc/self/environ", inCheckout("access.yml")),
        /leads out of the checkout/,
      ],
      "a file of the user's home": [
        () => symlink(path.join(home, "netrc"), inCheckout("access.yml")),
        /leads out of the checkout/,
      ],
      "a chain of links": [
        async () => {
          await symlink("two", inCheckout("one"));
          await symlink(path.join(home, "list.yml"), inCheckout("two"));
          await symlink("one", inCheckout("access.yml"));
        },
        /leads out of the checkout/,
      ],
      "the checkout's own credentials": [
        () => symlink(".git/credentials", inCheckout("access.yml")),
        /leads into a folder \.git/,
      ],
      "an endless device": [
        () => symlink("/dev/zero", inCheckout("access.yml")),
        /leads out of the checkout/,
      ],
      "a pipe": [
        () => Promise.resolve(execFileSync("mkfifo", [inCheckout("access.yml")])),
        /a device or a pipe/,
      ],
      "a folder": [() => mkdir(inCheckout("access.yml")), /is a folder/],
      "a hard link": [() => link(path.join(home, "list.yml"), inCheckout("access.yml")), /hard link/],
      "a file of 2 MB": [() => writeFile(inCheckout("access.yml"), "#".repeat(2e6)), /larger than 1 MB/],
      "UTF-16": [
        () => writeFile(inCheckout("access.yml"), Buffer.from(`\ufeffversion: ${SECRET}`, "utf16le")),
        /not UTF-8/,
      ],
      "an alias bomb": [
        () => writeFile(inCheckout("access.yml"), `version: 1\njobs:\n${BOMB}`),
        /ACCESS_FILE_INVALID: [^]*(?:alias|larger than|expand)/,
      ],
      "another file's content": [
        () => writeFile(inCheckout("access.yml"), `machine x login me password ${SECRET}\n`),
        /ACCESS_FILE_INVALID/,
      ],
    };
    for (const [what, [prepare, wanted]] of sample(Object.entries(reads), every)) {
      it(`refuses access.yml that is ${what}, and shows nothing of it`, async () => {
        await prepare();
        await refused({}, wanted);
      });
    }

    it("refuses databricks.yml that is an alias bomb", async () => {
      const file = inCheckout("databricks.yml");
      const before = await readFile(file);
      try {
        await writeFile(file, `bundle: { name: a }\nvariables:\n${BOMB}`);
        await refused({}, /BUNDLE_INVALID: [^]*alias/);
      } finally {
        await writeFile(file, before);
      }
    });

    it("quotes no credential and no character that hides another", async () => {
      await writeFile(inCheckout("access.yml"), `version: ${PAT}\njobs: "a\u202eb"\n${"k".repeat(90)}: 1\n`);
      const { shown } = await job.step({});
      assert.match(shown, /ACCESS_FILE_INVALID/);
      assert.ok(
        !shown.includes(PAT.slice(4)) && !shown.includes("\u202e") && !shown.includes("k".repeat(41)),
      );
    });

    it("refuses a policy through a link, and a bundle's folder that is one", async () => {
      await symlink(path.join(home, "list.yml"), inCheckout("policy.yml"));
      await refused({ "policy-file": "policy.yml" }, /leads out of the checkout/);
      await symlink(home, inCheckout("away"));
      await refused({ "bundle-root": "away" }, /leads out of the checkout/);
    });

    for (const input of ["sarif-file", "audit-log"]) {
      it(`writes no ${input} through a link, at its end or on its way, nor elsewhere`, async () => {
        const precious = path.join(home, "precious");
        await writeFile(precious, "precious");
        await symlink(precious, inCheckout("out"));
        await symlink(home, inCheckout("away"));
        const values = ["out", "away/precious", "away/new", "../new", precious, ".git/hooks/post-checkout"];
        for (const value of sample(values, every))
          await refused({ [input]: value }, /INPUT_INVALID|AUDIT_LOG_UNWRITABLE/);
        assert.equal(await readFile(precious, "utf8"), "precious");
        await assert.rejects(readFile(path.join(home, "new")));
      });
    }

    it("shows no proxy's password, whatever it is taken for", async () => {
      for (const proxy of [`http://me:1/${SECRET}@127.0.0.1:9`, `me:${SECRET}#@h`, `http://${SECRET}@x@h`])
        await shownWith(proxy);
    });
    async function shownWith(proxy: string): Promise<void> {
      const { succeeded, shown } = await job.step({}, { HTTPS_PROXY: proxy, HTTP_PROXY: proxy });
      assert.ok(!succeeded);
      assert.match(shown, /Percent-encode special characters of user and password/);
      assert.ok(!shown.includes(SECRET.slice(0, 16)));
    }
  });
}

describe("an entry of the action", () => {
  it("opens no inspector on SIGUSR1", async function () {
    if (process.platform === "win32") this.skip();
    const module = path.resolve(import.meta.dirname, "../../core/base/no-inspector.ts");
    const script = `import(${JSON.stringify(module)}).then(() => { console.log("ready"); setTimeout(() => {}, 60000); })`;
    const child = spawn(process.execPath, ["--import", "tsx/esm", "-e", script]);
    let told = "";
    child.stderr.on("data", (chunk: Buffer) => (told += String(chunk)));
    await new Promise((resolve) => child.stdout.once("data", resolve));
    child.kill("SIGUSR1");
    child.kill("SIGTERM");
    await new Promise((resolve) => child.once("close", resolve));
    assert.doesNotMatch(told, /Debugger|inspector/i);
  });
});
