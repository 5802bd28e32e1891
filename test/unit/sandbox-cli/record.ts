/** `npm run record`: plays every scenario with the real CLI on PATH and writes what was seen. */
import { mkdir, rm, writeFile } from "node:fs/promises";
import path from "node:path";
import { findRealCli, recordingName, RECORDINGS, recordingText } from "./recordings.ts";
import { play, SCENARIOS } from "./scenarios.ts";

const real = await findRealCli();
if ("absent" in real) throw new Error(`nothing to record: ${real.absent}`);
const recordings = new Map<string, string>();
for (const scenario of SCENARIOS) {
  const seen = await play(real.file, scenario);
  recordings.set(recordingName(scenario), recordingText(scenario, real.version, seen));
}
// Only now: a scenario that breaks leaves the old recordings as they are.
await rm(RECORDINGS, { recursive: true, force: true });
await mkdir(RECORDINGS, { recursive: true });
for (const [name, text] of recordings) await writeFile(path.join(RECORDINGS, name), text);
console.log(`${recordings.size} scenarios of the Databricks CLI ${real.version} are recorded`);
