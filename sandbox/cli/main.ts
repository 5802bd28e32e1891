/** The stand-in for the Databricks CLI, as a program. */
import { stringify } from "lossless-json";
import type { Json } from "../http/json.ts";
import { parseCommandLine } from "./command-line.ts";
import { deploy, destroy } from "./deploy.ts";
import { CliFailure, report, type Output } from "./diagnostics.ts";
import { makePlan, planJson } from "./plan.ts";
import { run } from "./run.ts";
import { openSession } from "./session.ts";
import { DeploymentState } from "./state.ts";
import { summary } from "./summary.ts";
import { buildInformation, VERSION } from "./version.ts";

async function execute(args: readonly string[], output: Output): Promise<void> {
  const command = parseCommandLine(args);
  const json = (value: Json): void => output.out(`${stringify(value, undefined, 2) ?? ""}\n`);
  if (command.name === "version") {
    json(buildInformation());
    return;
  }
  const session = await openSession(command, process.cwd(), process.env, output);
  const { bundle, files, client, env } = session;
  switch (command.name) {
    case "plan": {
      const state = await DeploymentState.load(bundle, files, env);
      await files.read(`${bundle.paths.state}/deployment.json`);
      json(planJson(await makePlan(bundle, state, client), state));
      return;
    }
    case "summary": {
      json(await summary(session));
      return;
    }
    case "deploy":
      return deploy(session);
    case "run":
      return run(session);
    case "destroy":
      return destroy(session);
  }
}

const output: Output = {
  out: (text) => process.stdout.write(text),
  err: (text) => process.stderr.write(text),
};
output.err(`This is a stand-in for the Databricks CLI (${VERSION}): it works with the sandbox only.\n`);
execute(process.argv.slice(2), output).catch((error: unknown) => {
  if (!(error instanceof CliFailure)) throw error;
  report(output, error.diagnostics);
  process.exitCode = 1;
});
