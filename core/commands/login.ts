import { warn, type Step } from "../flow/step.ts";
import type { CommandContext } from "./command.ts";

/** Hosts that no proxy may stand before: the token service is on this machine. */
const LOOPBACK = ["127.0.0.1", "localhost"];
const URL_VARIABLE = "DATABRICKS_METADATA_SERVICE_URL";
/** Variables by which the clients would take another workspace or identity than this session's. */
const RIVALS = ["DATABRICKS_CONFIG_PROFILE", "DATABRICKS_TOKEN", "DATABRICKS_CLIENT_SECRET"];

/**
 * The command `login`: leaves the token service to the later steps of the job, and tells them of it by variables that hold
 * no token. Clients: databricks-sdk-go, -py and -java, so the Databricks CLI and Terraform's provider (auth type
 * `metadata-service`).
 */
export async function logIn({ step, service }: CommandContext): Promise<void> {
  const { ci, inputs, ports, found } = step;
  const { environment, platform } = ports;
  if ((environment[URL_VARIABLE] ?? "") !== "")
    warn(
      step,
      "An earlier `login` of this job has set its session for the later steps. From here on they use this one; the earlier session goes on for what was started with it, until its own post step.",
    );
  warnOfRivals(step);
  // The URL is masked since the service was opened.
  await service.leave();
  await ci.exportVariable("DATABRICKS_HOST", inputs.host);
  await ci.exportVariable("DATABRICKS_AUTH_TYPE", "metadata-service");
  await ci.exportVariable(URL_VARIABLE, service.url);
  // Which workspace is meant where a host serves several.
  if (inputs.workspaceId !== undefined)
    await ci.exportVariable("DATABRICKS_WORKSPACE_ID", inputs.workspaceId);
  const noProxy = withLoopback([environment["NO_PROXY"], environment["no_proxy"]]);
  await ci.exportVariable("NO_PROXY", noProxy);
  // Some programs prefer the one, some the other; on Windows they are one.
  if (platform.os !== "win32" && environment["no_proxy"] !== undefined)
    await ci.exportVariable("no_proxy", noProxy);
  const limit = inputs.loginTimeout;
  const until =
    limit === undefined
      ? "until the job ends"
      : `until ${new Date(ports.clock.now() + limit).toISOString()}, or the job's end`;
  ci.info(`Later steps of this job are signed in to ${inputs.host} (auth type metadata-service), ${until}.`);
  found({ loggedIn: until });
}

/** What the lists name together, and this machine. */
export function withLoopback(lists: readonly (string | undefined)[]): string {
  const entries = lists.flatMap((list) => (list ?? "").split(",")).map((entry) => entry.trim());
  return [...new Set([...entries, ...LOOPBACK])].filter((entry) => entry !== "").join(",");
}

function warnOfRivals(step: Step): void {
  const set = RIVALS.filter((name) => (step.ports.environment[name] ?? "") !== "");
  if (set.length === 0) return;
  warn(
    step,
    `The job sets ${set.join(", ")}: clients may use that in place of this session, or refuse to choose. Take it out of the job.`,
  );
}
