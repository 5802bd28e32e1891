import path from "node:path";
import { readAccess, scanPolicy } from "./flow/access/files.ts";
import { Access } from "./flow/access/access.ts";
import { allRight } from "./base/all-right.ts";
import { openAuditFile, type AuditFile } from "./audit/audit.ts";
import { scanEvent, type AuditedFinding } from "./audit/events/scan.ts";
import { connect } from "./flow/connect.ts";
import { workspaceApi } from "./flow/api.ts";
import { DatabricksCli } from "./cli/cli.ts";
import { cliEnvironment, HOME_VARIABLES } from "./cli/environment.ts";
import { checkHostPin } from "./bundle/host-pin.ts";
import { makePrivateFolder, removePrivateFolder } from "./cli/private-folder.ts";
import { createTerminate } from "./cli/process.ts";
import { deployBundle } from "./commands/deploy.ts";
import { destroyBundle } from "./commands/destroy.ts";
import { SecretlessError, toSecretlessError } from "./base/errors.ts";
import { startTokenService, type TokenService } from "./federation/token-service.ts";
import { planBundle, type PlanChecks } from "./commands/plan.ts";
import { PRODUCT } from "./base/product.ts";
import type { Facts } from "./report/facts.ts";
import { reportFailure, reportSuccess } from "./report/report.ts";
import { runResource } from "./commands/run.ts";
import { startScan } from "./flow/scan/start.ts";
import type { Finding } from "./scan/finding.ts";
import { warn, type Step } from "./flow/step.ts";
import { findTool } from "./flow/find-cli.ts";

export { refuseForeignCheckout } from "./flow/foreign-checkout.ts";
export { reportFailure };

/** The flow of each command, from top to bottom. */
export async function run(step: Step): Promise<number> {
  const { ci, ports, inputs } = step;
  const facts: Facts = {
    command: inputs.command,
    workspaceUrl: inputs.host,
    runUrl: ci.context.runUrl,
    warnings: [],
  };
  const audit = await openAuditFile({ ci, clock: ports.clock, ...inputs });
  const folder = await makePrivateFolder(ci.context.tempFolder);
  await ci.saveState("folder", folder.root);
  let service: TokenService | undefined;
  try {
    // Side by side; nothing goes further until all of it is right.
    const bundleRoot = path.resolve(ci.context.checkout, inputs.bundleRoot);
    const pin = { ...inputs, bundleRoot, checkout: ci.context.checkout, platform: ports.platform };
    const [session, file, target, source, scan] = await allRight([
      connect(step, facts, audit),
      findTool(step, facts, folder.root),
      checkHostPin(pin),
      readAccess(step, bundleRoot),
      startScan(step, facts, bundleRoot),
    ]);
    const { workspaceId = facts.workspaceId, accountId } = inputs;
    const approved = { host: inputs.host, workspaceId, accountId };
    const tokens = await startTokenService({
      token: () => session.token(),
      approvedHost: inputs.host,
      approvedWorkspaceId: workspaceId,
      approvedAccountId: accountId,
      clock: ports.clock,
    });
    service = tokens;
    ci.mask(new URL(tokens.url).pathname.slice(1));

    const cli = new DatabricksCli({
      ...ports,
      terminate: createTerminate(ports),
      file,
      env: cliEnvironment({ ...ports, ...inputs, tokenServiceUrl: tokens.url, folder, product: PRODUCT }),
      bundleRoot,
      bundlePath: path.relative(ci.context.checkout, bundleRoot).split(path.sep).join("/"),
      target: target.name,
      approved,
      tokensServed: () => tokens.served,
      beforeEach: () => checkHostPin(pin),
      readTimeout: inputs.planTimeout,
      onLine: (line) => ci.info(line),
      onProcess: (pid) => void ci.saveState("cli", String(pid ?? "")),
    });
    const caller = { audit, clientId: inputs.clientId, failure: "ENDPOINT_UNAVAILABLE" } as const;
    const api = workspaceApi(step, session, caller);
    const access = new Access({ step, facts, audit, session, source });
    const checks: PlanChecks = {
      scan: async (result, summary) => {
        const policy = scanPolicy(source);
        if (!scan) return;
        await scan.planned({ ...result, summary: (await summary()).tree, target: target.name, policy });
      },
      uploaded: async (complete) => scan?.deployed({ state: folder.state, api, complete }),
      access,
    };
    if (!target.hasRootPath) warn(step, facts, HOME_ROOT);
    if (inputs.passEnv.some((name) => HOME_VARIABLES.has(name.toUpperCase()))) warn(step, facts, HOME_PASSED);
    switch (inputs.command) {
      case "plan":
        await planBundle(step, cli, facts, checks);
        break;
      case "deploy":
        await deployBundle(step, cli, api, facts, checks, folder);
        break;
      case "run":
        await runResource(step, cli, api, facts);
        break;
      case "destroy":
        await destroyBundle(step, cli, api, facts, access);
    }
    noteScan(step, facts, audit);
    await audit.settled();
    await reportSuccess(ci, facts);
    return 0;
  } catch (error) {
    noteScan(step, facts, audit);
    await reportFailure(ci, rootCause(step, service, error), facts);
    return 1;
  } finally {
    await service?.stop();
    await removePrivateFolder(folder.root);
  }
}

/** Puts what the scan has found on record. */
function noteScan({ ci, inputs }: Step, { scan }: Facts, audit: AuditFile): void {
  if (!scan) return;
  const audited =
    (blocking: boolean) =>
    (finding: Finding): AuditedFinding => ({
      rule: finding.rule.id,
      file: finding.place.file,
      line: finding.place.line,
      fingerprint: finding.fingerprint,
      blocking,
    });
  const findings = [...scan.stopping.map(audited(true)), ...scan.others.map(audited(false))];
  audit.note(scanEvent({ host: inputs.host, runner: ci.context.ciName, accepted: scan.accepted, findings }));
}

const HOME_PASSED =
  "`pass-env` gives the home folder of this runner's user to the CLI and the bundle's code: with it credentials that lie there " +
  "(`~/.databrickscfg`, cloud CLIs, `~/.netrc`, SSH keys), and what earlier jobs have left. Name the folder that a build needs " +
  "instead, such as `UV_CACHE_DIR` or `PIP_CACHE_DIR`.";

const HOME_ROOT =
  "The bundle sets no `workspace.root_path`, so it is deployed into the home folder of the principal that deploys. With " +
  "another principal the next deployment would not find this one, and would create every job a second time. Set " +
  "`workspace.root_path` in the target.";

/** What really went wrong: the CLI saw only a refusal of the token service, or that it was ended. */
function rootCause({ ci }: Step, service: TokenService | undefined, error: unknown): SecretlessError {
  if (ci.cancelled.aborted && !(error instanceof SecretlessError)) {
    return new SecretlessError("CANCELLED", { problem: "The job was cancelled.", cause: error });
  }
  const foreign = service?.refusals.find(({ reason }) => reason === "host");
  if (foreign) {
    return new SecretlessError("HOST_NOT_APPROVED", {
      problem: "The bundle would talk to a workspace that is not approved; it got no token.",
      expected: "the workspace of the input `host`",
      actual: foreign.host,
      remedy: "Remove what sets `workspace.host` for this target, or correct the input `host`.",
      cause: error,
    });
  }
  return toSecretlessError(service?.lastError ?? error);
}
