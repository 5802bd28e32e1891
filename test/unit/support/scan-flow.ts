import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { Flow } from "./flow.ts";

/** A use of the step in a repository that has an origin, as a clone has. */
export async function startScanFlow(): Promise<Flow> {
  const flow = await Flow.start();
  const origin = '[remote "origin"]\n\turl = https://github.com/example-org/lake.git\n';
  await writeIn(flow, ".git/config", origin);
  return flow;
}

/** Writes a file of the checkout. */
export async function writeIn({ checkout }: Flow, file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(path.dirname(path.join(checkout, file)), { recursive: true });
  await writeFile(path.join(checkout, file), content);
}

/** Annotations of the last run. */
export function annotated({ ci }: Flow, level: string): Flow["ci"]["annotations"] {
  return ci.annotations.filter((one) => one.level === level);
}
