/**
 * `npm run look`: six job summaries as GitHub shows them, in both themes, as pictures in `dist/look/`. The built action
 * makes them in the sandbox; the pictures need Chromium on PATH, without it the pages alone are there.
 */
import { appendFile, mkdir, readFile, rm, writeFile } from "node:fs/promises";
import { createRequire } from "node:module";
import path from "node:path";
import { marked } from "marked";
import { builtAction } from "../bench/built-action.ts";
import { prepareJobAccess } from "../sandbox/job-access.ts";
import { startGitHubJob, type GitHubJob } from "../sandbox/runner/github-job.ts";
import type { StepResult } from "../sandbox/runner/github.ts";
import { measure, screenshot } from "./look-browser.ts";

const root = path.resolve(import.meta.dirname, "..");
const examples = path.join(root, "examples");
/** Pixels: the width of a summary on a laptop. */
export const WIDTH = 900;

interface Scene {
  readonly bundle: string;
  /** The exit code that the step must have, or the picture is of something else. */
  readonly exits: number;
  play(
    job: GitHubJob,
    step: (inputs?: Readonly<Record<string, string>>) => Promise<StepResult>,
  ): Promise<StepResult>;
}

async function edit(job: GitHubJob, file: string, change: (text: string) => string): Promise<void> {
  const full = path.join(job.checkout, file);
  await writeFile(full, change(await readFile(full, "utf8")));
}

/** In the letters of no token: made up when it is needed, so that nothing in this repository looks like one. */
const token = (): string => ["da", "pi3f9a0c7be21d48f6a5b3c2901d7e6f84"].join("");

export const SCENES: Readonly<Record<string, Scene>> = {
  deploy: { bundle: "lakehouse-jobs", exits: 0, play: (_job, step) => step() },
  plan: {
    bundle: "lakehouse-jobs",
    exits: 0,
    play: async (job, step) => {
      await step();
      await edit(job, "resources/orders.yml", (text) =>
        text.replace(
          "name: count-orders",
          `name: count-orders\n      description: ${"counts what came in. ".repeat(8)}`,
        ),
      );
      return step({ command: "plan" });
    },
  },
  "blocked scan": {
    bundle: "lakehouse-jobs",
    exits: 1,
    play: async (job, step) => {
      for (const file of ["count_orders", "ingest_orders"])
        await appendFile(path.join(job.checkout, `src/${file}.py`), `\ntoken = "${token()}"\n`);
      return step();
    },
  },
  "refused exchange": {
    bundle: "lakehouse-jobs",
    exits: 1,
    play: async (job, step) => {
      job.sandbox.github.setEvent({ environment: "staging" });
      return step();
    },
  },
  "denied access": {
    bundle: "job-access",
    exits: 1,
    play: async (job, step) => {
      prepareJobAccess(job.sandbox);
      job.sandbox.github.claims = { ...job.sandbox.github.claims, ref: "refs/heads/other" };
      return step({ "policy-file": "policy.yml" });
    },
  },
  "failed run": {
    bundle: "lakehouse-jobs",
    exits: 1,
    play: async (job, step) => {
      await step();
      job.sandbox.workspace.runs.script({
        result: "FAILED",
        message: "the orders are late",
        runningPolls: 0,
      });
      return step({ command: "run", resource: "ingest_orders" });
    },
  },
};

/** The summary of a scene, from the built action in a sandbox of its own. */
export async function summaryOf(scene: Scene, action: string): Promise<string> {
  const { bundle, exits } = scene;
  const job = await startGitHubJob({ bundle: path.join(examples, bundle) });
  try {
    const result = await scene.play(job, (inputs) => job.step(inputs, { action }));
    if (result.exitCode !== exits)
      throw new Error(`it ended with ${String(result.exitCode)}:\n${result.log}`);
    return result.summary;
  } finally {
    await job.stop();
  }
}

/** The page of a summary, with GitHub's own styles. */
export async function pageOf(title: string, markdown: string, theme: "light" | "dark"): Promise<string> {
  const css = createRequire(import.meta.url).resolve(`github-markdown-css/github-markdown-${theme}.css`);
  const body = await marked.parse(markdown, { gfm: true });
  return [
    `<!doctype html><meta charset="utf-8"><title>${title}</title>`,
    `<style>${await readFile(css, "utf8")}</style>`,
    "<style>body { margin: 0 } .markdown-body { box-sizing: border-box; min-height: 100vh; padding: 24px }</style>",
    `<article class="markdown-body">${body}</article>`,
  ].join("\n");
}

async function look(): Promise<void> {
  const folder = path.join(root, "dist/look");
  await rm(folder, { recursive: true, force: true });
  await mkdir(folder, { recursive: true });
  const { folder: action } = await builtAction();
  for (const [name, scene] of Object.entries(SCENES)) {
    const markdown = await summaryOf(scene, action);
    for (const theme of ["light", "dark"] as const) {
      const file = path.join(folder, `${name.replaceAll(" ", "-")}-${theme}.html`);
      await writeFile(file, await pageOf(name, markdown, theme));
      const picture = await screenshot(file, WIDTH);
      const sizes = await measure(file, WIDTH);
      console.log(picture ?? `${file} (no picture: there is no chromium on PATH)`);
      if (sizes !== undefined && sizes.widest > WIDTH)
        throw new Error(`${file} is ${String(sizes.widest)} pixels wide`);
    }
  }
}

if (process.argv[1] === import.meta.filename) void look();
