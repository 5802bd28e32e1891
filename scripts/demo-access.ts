import { readFile, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { JOB_RUNNER, REGISTRAR } from "../sandbox/defaults.ts";
import { CREDENTIAL, playedJobs, prepareJobAccess } from "../sandbox/job-access.ts";
import { playJob } from "../sandbox/played-job.ts";
import { findPython } from "../sandbox/runner/python.ts";
import { startGitHubJob } from "../sandbox/runner/github-job.ts";
import type { StepResult } from "../sandbox/runner/github.ts";
import { readable } from "./terminal.ts";

const POLICY = { "policy-file": "policy.yml" };

interface Screen {
  readonly say: (text?: string) => void;
  readonly check: (good: boolean, text: string, result?: StepResult) => void;
}

/** A job gets access of its own; another job does not; a job that borrows its principal breaks the proof; withdrawal. */
export async function showAccess({ say, check }: Screen): Promise<void> {
  const bundle = path.resolve(import.meta.dirname, "../examples/job-access");
  const job = await startGitHubJob({ bundle });
  try {
    prepareJobAccess(job.sandbox);
    const succeeded = (result: StepResult): boolean => result.exitCode === 0;
    const shown = (result: StepResult, pattern: RegExp): void => {
      for (const line of result.log.split("\n").filter((text) => pattern.test(text)))
        say(`   ${(readable(line).split("\n")[0] ?? "").trim()}`);
    };
    const codes = ({ log }: StepResult): string => /::([A-Z]+_[A-Z_]+): /.exec(log)?.[1] ?? "no error";
    const played = (): void => {
      const [ingest, report] = playedJobs(job.sandbox);
      say(`   played     nightly_ingest asks for ${CREDENTIAL}: ${ingest}; daily_report: ${report}`);
    };
    const python = await findPython();
    if (python === undefined)
      say("   skipped: the code of the jobs is not run (there is no Python 3.10 or later)");
    /** Runs what was uploaded, as the principals of the two jobs. */
    const runs = async (ingest: string, report: string): Promise<void> => {
      if (python === undefined) return;
      const { services } = job.sandbox;
      const first = await playJob(python, job.sandbox, "nightly-ingest", { graph: services.url });
      const second = await playJob(python, job.sandbox, "daily-report");
      for (const [name, { output }] of [
        ["nightly_ingest", first] as const,
        ["daily_report", second] as const,
      ])
        say(`   ${name.padEnd(14)} prints: ${output.trim().split("\n").at(-1) ?? ""}`);
      check(
        first.output.includes(ingest) && second.output.includes(report),
        "as the code of both jobs says itself",
      );
    };
    const gets = (ingest: string, report: string): boolean =>
      playedJobs(job.sandbox).join() === [ingest, report].join();

    say("   a) the chain of identity, planned");
    say(`   job nightly_ingest → runs as ${JOB_RUNNER.applicationId}`);
    say(
      `                      → ACCESS on the Unity Catalog credential ${CREDENTIAL} → its managed identity`,
    );
    say(
      `   registered by ${REGISTRAR.applicationId}, whose token is minted when the bundle's last process has ended`,
    );
    const planned = await job.step({ command: "plan", ...POLICY });
    shown(planned, /^ {2}grant /);
    check(succeeded(planned) && gets("refused", "refused"), "planned; nothing is granted yet", planned);

    say("   b) deployed, proven and granted");
    const deployed = await job.step(POLICY);
    shown(deployed, /^ {2}done: /);
    played();
    check(
      succeeded(deployed) && /job-scoped&#58; proven/.test(deployed.summary) && gets("vended", "refused"),
      "job-scoped: proven. The granted job gets in, the other job does not",
      deployed,
    );
    await runs("2 people in the directory", "CREDENTIAL_REFUSED");

    say("   c) daily_report is changed to run as the principal of nightly_ingest");
    const file = path.join(job.checkout, "databricks.yml");
    const honest = await readFile(file, "utf8");
    await writeFile(file, honest.replace("${var.report_runner}", "${var.ingest_runner}"));
    const borrowed = await job.step(POLICY);
    shown(borrowed, /exclusive|also runs as it/);
    check(
      codes(borrowed) === "SCOPE_BROKEN",
      "the proof breaks (SCOPE_BROKEN) before anything is deployed",
      borrowed,
    );
    await writeFile(file, honest);

    say("   d) a policy that allows this from main alone, and a run of another branch");
    const { claims } = job.sandbox.github;
    job.sandbox.github.claims = { ...claims, ref: "refs/heads/feature" };
    const revoked = await job.step(POLICY);
    shown(revoked, /^ {2}done: /);
    check(
      succeeded(revoked) && gets("refused", "refused"),
      "withdrawn: the policy allows it no longer",
      revoked,
    );
    const denied = await job.step(POLICY);
    check(codes(denied) === "ACCESS_DENIED", "denied (ACCESS_DENIED) before anything is deployed", denied);
    job.sandbox.github.claims = claims;
    const granted = await job.step(POLICY);
    check(succeeded(granted) && gets("vended", "refused"), "granted again from main", granted);

    say("   e) access.yml is taken away");
    await rm(path.join(job.checkout, "access.yml"));
    const withdrawn = await job.step(POLICY);
    shown(withdrawn, /^ {2}done: |lives on/);
    played();
    check(succeeded(withdrawn) && gets("refused", "refused"), "withdrawn: nobody gets in", withdrawn);
    await runs("MANIFEST_NOT_FOUND", "MANIFEST_NOT_FOUND");

    const events = (await readFile(deployed.outputs["audit-log"] ?? "", "utf8")).trim().split("\n");
    const leaked = job.sandbox.handedOut.filter((token) =>
      events.some((line) => line.includes(token)),
    ).length;
    check(leaked === 0, `${events.length} audit events of the deployment (OCSF), no token in them`);
  } finally {
    await job.stop();
  }
}
