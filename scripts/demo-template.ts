import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { parse } from "yaml";
import { startAzureJob } from "../sandbox/runner/azure-job.ts";
import { freshUntilExit } from "../sandbox/runner/scratch.ts";
import type { SandboxCli } from "../sandbox/runner/find-cli.ts";
import type { AzureStepResult } from "../sandbox/runner/azure.ts";
import { EXAMPLES } from "./examples.ts";
import { buildTask } from "./extension.ts";

const NAME = "template-azure-devops";

interface Screen {
  readonly say: (text?: string) => void;
  readonly check: (good: boolean, text: string) => void;
}
interface Pipeline {
  readonly stages: readonly {
    readonly jobs: readonly [
      { readonly strategy: { readonly runOnce: { readonly deploy: { readonly steps: readonly Step[] } } } },
    ];
  }[];
}
interface Step {
  readonly parameters: Readonly<Record<"host" | "target" | "clientId" | "connection", string>>;
}

/** A project as the Databricks CLI made it from the template, deployed with the inputs of its own pipeline. */
export async function showTemplate({ say, check }: Screen, cli: SandboxCli): Promise<void> {
  if (cli.kind === "stand-in") {
    say(
      "   skipped: the stand-in for the Databricks CLI knows no SQL tasks and no rules of what is uploaded",
    );
    return;
  }
  const task = await freshUntilExit("task");
  await buildTask(task, "0.1.0");
  const job = await startAzureJob({
    task,
    cli,
    bundle: path.resolve(import.meta.dirname, "../examples", NAME),
  });
  try {
    const file = path.join(job.checkout, ".azure-pipelines/lake_orders-deploy.yml");
    const { stages } = parse(await readFile(file, "utf8")) as Pipeline;
    const [step] = stages.at(-1)?.jobs[0].strategy.runOnce.deploy.steps ?? [];
    if (step === undefined) throw new Error(`${file} deploys nothing`);
    const { connection, clientId, target } = step.parameters;
    const bundle = path.join(job.checkout, "databricks.yml");
    // The workspace of the answers is nobody's; the sandbox has one.
    const host = EXAMPLES[NAME]?.["prod_host"] ?? "";
    const text = await readFile(bundle, "utf8");
    await writeFile(bundle, text.replaceAll(host, job.sandbox.workspace.host));
    const run = (command: string): Promise<AzureStepResult> =>
      job.step(
        { command, azureSubscription: connection, clientId, target, policyFile: "policy.yml", variables: "" },
        { variables: { AZURE_AUTHORITY_HOST: job.sandbox.entra.authority() } },
      );
    const deployed = await run("deploy");
    const jobs = Object.keys(JSON.parse(deployed.outputs["jobs"] ?? "{}") as object);
    say(`   deployed   ${jobs.join(", ")}, to ${target}, through the connection ${connection}`);
    check(deployed.result === "Succeeded" && jobs.length === 1, "deployed from its first push");
    const again = await run("plan");
    const plan = JSON.parse(again.outputs["plan"] ?? "{}") as { changes?: unknown[] };
    check(again.result === "Succeeded" && plan.changes?.length === 0, "and nothing is left to change");
    if (deployed.result !== "Succeeded") say(deployed.log);
    else if (again.result !== "Succeeded") say(again.log);
  } finally {
    await job.stop();
  }
}
