/** The stand-in for the Databricks CLI, as a program. */
import { stringify } from "lossless-json";
import type { Json } from "../http/json.ts";
import { parseCommandLine } from "./command-line.ts";
import { deploy, destroy } from "./deploy.ts";
import { CliFailure, type Note } from "./diagnostics.ts";
import { makePlan, planJson, selected } from "./plan.ts";
import { run } from "./run.ts";
import { openSession } from "./session.ts";
import { DeploymentState } from "./state.ts";
import { summary } from "./summary.ts";
import { VERSION } from "./version.ts";

const note: Note = (text) => process.stderr.write(text);
const print = (value: Json): boolean => process.stdout.write(`${stringify(value, undefined, 2) ?? ""}\n`);

async function execute(args: readonly string[]): Promise<void> {
  const command = parseCommandLine(args);
  if (command.name === "version") {
    print({ Version: VERSION, Summary: "stand-in for the Databricks CLI" });
    return;
  }
  const session = await openSession(command, process.cwd(), process.env, note);
  const { bundle, files, client } = session;
  if (command.name === "plan") {
    const state = await DeploymentState.load(bundle, files);
    print(planJson(selected(await makePlan(bundle, state, client), command.select), state));
  } else if (command.name === "summary") print(await summary(session));
  else if (command.name === "deploy") await deploy(session);
  else if (command.name === "run") await run(session);
  else await destroy(session);
}

note(`This is a stand-in for the Databricks CLI (${VERSION}): it works with the sandbox only.\n`);
execute(process.argv.slice(2)).catch((error: unknown) => {
  if (!(error instanceof CliFailure)) throw error;
  for (const text of error.errors) note(`Error: ${text}\n\n`);
  process.exitCode = 1;
});
