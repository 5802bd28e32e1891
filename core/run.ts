import path from "node:path";
import { isRefusal } from "./audit/events/refusal.ts";
import { pipelineOf } from "./audit/pipeline.ts";
import type { OpenSink } from "./audit/sinks/sink.ts";
import { allRight } from "./base/all-right.ts";
import { pathForPeople } from "./base/paths.ts";
import type { SecretlessError } from "./base/errors.ts";
import { PRODUCT } from "./base/product.ts";
import { findText } from "./bundle/find-text.ts";
import { checkHostPin, type BundleTarget } from "./bundle/host-pin.ts";
import { DatabricksCli } from "./cli/cli.ts";
import { cliEnvironment, withheld } from "./cli/environment.ts";
import { refuseReplaced } from "./cli/program-file.ts";
import { makePrivateFolder, removePrivateFolder } from "./cli/private-folder.ts";
import { createTerminate } from "./cli/process.ts";
import type { RunCommand } from "./commands/command.ts";
import { RUN_COMMANDS } from "./commands/index.ts";
import type { InputTable } from "./ci/inputs/definition.ts";
import { OPEN_EXCHANGES } from "./federation/exchanges/index.ts";
import type { OpenExchange } from "./federation/exchanges/open.ts";
import { Access } from "./flow/access/access.ts";
import { readAccess, scanPolicy } from "./flow/access/files.ts";
import { workspaceApi } from "./flow/api.ts";
import { givenVariables, placeComplex } from "./flow/bundle-variables.ts";
import { connect, knownWorkspaceId } from "./flow/connect.ts";
import { markOf, processPort } from "./cli/own-process.ts";
import { ServiceLauncher } from "./flow/service/open.ts";
import type { StepService } from "./flow/service/step-service.ts";
import { strayEnder } from "./flow/strays.ts";
import { carefulCi } from "./report/careful-ci.ts";
import { findTool } from "./flow/find-cli.ts";
import { scanAudit } from "./flow/scan/audit.ts";
import { openAuditOf, recordRefusals, type Begun } from "./flow/record.ts";
import { startScan } from "./flow/scan/start.ts";
import { standardsOf } from "./flow/standards.ts";
import { rootCause } from "./flow/root-cause.ts";
import { showWarning } from "./flow/cli-warning.ts";
import { warnOfHomes } from "./flow/home-warnings.ts";
import { tellOverrides } from "./flow/variable-overrides.ts";
import { noteTarget, type BegunStep, type Step } from "./flow/step.ts";
import { FactsSoFar, runFacts, type Facts, type Found } from "./report/facts.ts";
import { heldBack, logBeginning, logFound } from "./report/opening.ts";
import { reportFailure, reportSuccess } from "./report/report.ts";

export { serveTokenService } from "./flow/service/serve.ts";
export { refuseForeignCheckout } from "./flow/foreign-checkout.ts";
export { reportFailure };

/** The tables of the house; what is not given is the real one. */
export interface Seams {
  /** Read before the first request. */
  readonly inputs?: InputTable;
  /** By name. */
  readonly commands?: Readonly<Record<string, RunCommand>>;
  /** By name. */
  readonly exchanges?: Readonly<Record<string, OpenExchange>>;
  readonly sinks?: readonly OpenSink[];
}

/** The flow of each command, from top to bottom. */
export async function run(given: BegunStep, seams: Seams = {}): Promise<number> {
  const log = carefulCi(given.ci);
  const { ci, release } = heldBack(log);
  const begun = { ...given, ci };
  const { ports, inputs } = begun;
  const { command } = inputs;
  const soFar = new FactsSoFar(runFacts(inputs, ci.context));
  const began = ports.clock.now();
  logBeginning(log, inputs);
  const folder = await makePrivateFolder(ci.context.tempFolder);
  await ci.saveState("folder", folder.root);
  const audit = await openAuditOf(begun, seams.sinks).catch(async (error: unknown) => {
    await removePrivateFolder(folder.root);
    throw error;
  });
  const noteScan = scanAudit(begun, audit);
  // The first look of the scan runs beside the handshake, by which it is known who the pipeline is.
  let connected: Promise<unknown> = Promise.resolve();
  const found = (one: Found): void => {
    soFar.add(one);
    const { scan } = one;
    if (scan)
      void connected.then(() => {
        noteScan(scan);
      });
  };
  const step: Step = { ...begun, found, exchanges: seams.exchanges ?? OPEN_EXCHANGES };
  const launcher = new ServiceLauncher(step);
  let service: StepService | undefined;
  let access: Access | undefined;
  let withdrawVariables = (): Promise<void> => Promise.resolve();
  const withStandards = (): Facts => {
    soFar.add({ duration: ports.clock.now() - began });
    if (command.needs.scan) soFar.add({ standards: standardsOf(begun, soFar.facts, access?.examined) });
    return soFar.facts;
  };
  try {
    // Side by side; nothing goes further until all of it is right.
    const { needs } = command;
    const bundleRoot = path.resolve(ci.context.checkout, inputs.bundleRoot);
    const { checkout } = ci.context;
    const pin = { ...inputs, bundleRoot, checkout, platform: ports.platform };
    const connecting = connect(step, audit);
    connected = connecting.catch(() => undefined);
    const judged = when(needs.bundle, async () =>
      noteTarget(step, await checkHostPin({ ...pin, workspaceId: await knownWorkspaceId(step) })),
    );
    const [connection, tool, target, variables, source, scan] = await allRight([
      connecting,
      when(needs.cli, () => findCli(step, folder.root, judged)),
      judged,
      givenVariables(step, judged),
      readAccess(step, bundleRoot, judged),
      startScan(step, bundleRoot),
    ]);
    logFound(log, inputs, soFar.facts);
    release();
    const { claims } = source.evidence;
    if (Object.keys(claims).length > 0) audit.identify(pipelineOf(claims, "verified"));
    const { session } = connection;
    const { workspaceId = connection.workspaceId, accountId } = inputs;
    const tokens = await when(needs.service !== "none", () =>
      launcher.open({ session, workspaceId, auditFile: audit.file }),
    );
    service = tokens;

    const { dialect } = ci;
    const env = cliEnvironment({
      ...ports,
      ...inputs,
      variables: variables.texts,
      dialect,
      tokenServiceUrl: tokens?.url ?? "",
      folder,
      product: PRODUCT,
    });
    const endWhatIsLeft = strayEnder(step, folder.root);
    const processes = processPort(ports.platform);
    let marked = Promise.resolve();
    const cli =
      tool &&
      tokens &&
      new DatabricksCli({
        ...ports,
        terminate: createTerminate(ports),
        file: tool.file,
        version: tool.version,
        env,
        withheld: withheld(ports.environment, env),
        principal: inputs.clientId,
        onWarning: (warning) => {
          showWarning(ci, warning);
        },
        bundleRoot,
        bundlePath: pathForPeople(bundleRoot, checkout, ports.platform),
        target: target?.name,
        approved: { host: inputs.host, workspaceId, accountId },
        tokensServed: () => tokens.served,
        findText: (texts) => findText(texts, { root: bundleRoot, checkout, platform: ports.platform }),
        beforeEach: async () => {
          await refuseReplaced(tool, ports.platform);
          await checkHostPin({ ...pin, workspaceId });
        },
        afterEach: async () => {
          await tokens.check();
          await refuseReplaced(tool, ports.platform);
        },
        readTimeout: inputs.planTimeout,
        select: inputs.select,
        onLine: (line) => ci.info(line),
        onProcess: (pid) => {
          if (pid === undefined) endWhatIsLeft();
          void tokens.neededBy(pid);
          marked = marked.then(async () =>
            ci.saveState("cli", pid === undefined ? "" : await markOf(pid, processes)),
          );
        },
      });
    warnOfHomes(step, target);
    if (target) await tellOverrides(step, bundleRoot, target.name);
    if (tool && target) withdrawVariables = await placeComplex(step, variables, folder.root, target.name);
    access = needs.access ? new Access({ step, audit, connection, source }) : undefined;
    const caller = { audit, clientId: inputs.clientId, failure: "ENDPOINT_UNAVAILABLE" } as const;
    const api = workspaceApi(step, session, caller);
    const commands: Seams["commands"] = seams.commands ?? RUN_COMMANDS;
    await asked(
      command.name,
      commands[command.name],
    )({
      step,
      audit,
      api,
      connection,
      folder,
      variables: variables.texts,
      get cli() {
        return asked("cli", cli);
      },
      get access() {
        return asked("access", access);
      },
      get service() {
        return asked("service", service);
      },
      scan: {
        planned: async (result, summary) => {
          if (!scan) return;
          const policy = scanPolicy(source);
          await scan.planned({
            ...result,
            summary: (await summary()).tree,
            target: target?.name ?? "",
            policy,
          });
        },
        deployed: async (complete) => scan?.deployed({ folder, api, complete }),
      },
    });
    await audit.settled();
    await reportSuccess(ci, withStandards());
    return 0;
  } catch (error) {
    release();
    const failure = await rootCause(step, service, error);
    await recordRefusals(begun, audit, failure);
    await reportFailure(ci, failure, withStandards());
    return 1;
  } finally {
    await launcher.end();
    await withdrawVariables();
    await removePrivateFolder(folder.root);
  }
}

async function when<T>(needed: boolean, work: () => Promise<T>): Promise<T | undefined> {
  return needed ? work() : undefined;
}

/** What is there because the command said that it needs it. */
function asked<T>(what: string, found: T | undefined): T {
  if (found === undefined) throw new Error(`${what} is not there: the command does not say that it needs it`);
  return found;
}

async function findCli(
  step: Step,
  cwd: string,
  judged: Promise<BundleTarget | undefined>,
): ReturnType<typeof findTool> {
  // A bundle that is refused wants nothing.
  const target = await judged.catch(() => undefined);
  const cli = await findTool(step, cwd, target?.cliVersion);
  step.found({ cli });
  return cli;
}

/** Ends a step that was refused before anything of it had begun. */
export async function refuseStep(begun: Begun, error: SecretlessError, seams: Seams): Promise<void> {
  if (isRefusal(error)) await recordRefusals(begun, await openAuditOf(begun, seams.sinks), error);
  await reportFailure(begun.ci, error);
}
