import { readFile } from "node:fs/promises";
import path from "node:path";
import { stringify } from "lossless-json";
import { isObject, parseJson, type Json } from "../../../sandbox/http/json.ts";
import type { Observation } from "./observe.ts";
import type { Scenario } from "./scenarios.ts";

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
