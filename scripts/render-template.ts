import { execFile } from "node:child_process";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Form } from "./template-questions.ts";

export type Answers = Readonly<Record<string, string>>;

export interface Init {
  /** Exit code of the CLI. */
  readonly code: number;
  /** What it said on stderr. */
  readonly said: string;
}

const TEMPLATES = path.resolve(import.meta.dirname, "../bundle-templates");

/**
 * `databricks bundle init` of one of our templates with the CLI on PATH, into the folder `output`: without a terminal, and
 * without a workspace that could answer.
 */
export async function initTemplate(form: Form, answers: Answers, output: string): Promise<Init> {
  const home = await mkdtemp(path.join(os.tmpdir(), "answers-"));
  const config = path.join(home, "answers.json");
  await writeFile(config, JSON.stringify(answers));
  const env = {
    ...process.env,
    HOME: home,
    // init wants credentials to be there; a host that does not resolve shows that it uses none.
    DATABRICKS_HOST: "https://no.such.host.invalid",
    DATABRICKS_TOKEN: "none",
    DATABRICKS_CONFIG_FILE: path.join(home, "none"),
    DATABRICKS_CLI_DISABLE_TELEMETRY: "1",
  };
  const template = path.join(TEMPLATES, `secretless-${form}`);
  const args = ["bundle", "init", template, "--config-file", config, "--output-dir", output];
  try {
    return await new Promise((resolve) => {
      execFile("databricks", args, { env }, (error, _stdout, stderr) => {
        resolve({ code: error === null ? 0 : Number(error.code), said: stderr });
      });
    });
  } finally {
    await rm(home, { recursive: true });
  }
}
