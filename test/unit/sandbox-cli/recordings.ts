import { execFile } from "node:child_process";
import { readFile } from "node:fs/promises";
import path from "node:path";
import { promisify } from "node:util";
import { stringify } from "lossless-json";
import { isObject, parseJson, type Json } from "../../../sandbox/http/json.ts";
import { realCli } from "../../../sandbox/runner/find-cli.ts";
import type { Observation } from "./observe.ts";
import type { Scenario } from "./scenarios.ts";

/** What the recordings, and so the stand-in, are held to. */
export const HELD_TO = "1.13";

/** The CLI on PATH with its version (such as `1.13.0`), or why there is none to compare with. */
export async function findRealCli(): Promise<
  { readonly file: string; readonly version: string } | { readonly absent: string }
> {
  const file = await realCli();
  if (file === undefined) return { absent: "no Databricks CLI on PATH" };
  const env = { HOME: "/nonexistent" };
  const { stdout } = await promisify(execFile)(file, ["version", "-o", "json"], { env });
  const { Version: version } = JSON.parse(stdout) as { Version: string };
  const held = version.startsWith(`${HELD_TO}.`) && !version.includes("standin");
  return held ? { file, version } : { absent: `the CLI on PATH is ${version}, not ${HELD_TO}` };
}

/** What the real CLI was seen to do: one file for each scenario, written by `npm run record`. */
export const RECORDINGS = path.resolve(import.meta.dirname, "../../fixtures/cli-recordings");

export function recordingName({ name }: Scenario): string {
  return `${name
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, "-")
    .replace(/^-|-$/g, "")}.json`;
}

/** @param version of the CLI that was seen */
export function recordingText(scenario: Scenario, version: string, seen: readonly Observation[]): string {
  return `${stringify({ scenario: scenario.name, cli: version, steps: seen }, undefined, 1) ?? ""}\n`;
}

/** The observations of a recording. @throws if there is none */
export async function readRecording(scenario: Scenario): Promise<Json> {
  const recording = parseJson(await readFile(path.join(RECORDINGS, recordingName(scenario)), "utf8"));
  return isObject(recording) ? (recording["steps"] ?? null) : null;
}
