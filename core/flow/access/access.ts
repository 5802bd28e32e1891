import { stateFolder } from "../../access/state/folder.ts";
import { readLegacy } from "../../access/state/legacy.ts";
import { NOBODY } from "../../access/state/owner.ts";
import { noteRegistrar, readRegistrarNote } from "../../access/state/registrar-note.ts";
import { isRecorded } from "../../access/state/state.ts";
import { auditTrail } from "../../access/apply/audit-trail.ts";
import { applyAccess, withdrawAccess } from "../../access/apply/apply.ts";
import { declaredNow, grantedNow } from "../../access/apply/in-force.ts";
import { newlyExamined } from "../../access/plan/audit-events.ts";
import { isApart, planAccess, registrarOf } from "../../access/plan/plan.ts";
import type { AccessPlan } from "../../access/plan/plan.ts";
import type { AccessRequest } from "../../access/plan/request.ts";
import type { Apis } from "../../access/kinds/kind.ts";
import type { ApplyOptions } from "../../access/apply/apply.ts";
import { bundleFacts, type BundleFacts } from "../../access/bundle-facts.ts";
import type { Applied } from "../../access/apply/execute.ts";
import { connectionOf } from "./connection.ts";
import { entraApis, entraPlace } from "./entra.ts";
import { keepManifest } from "./manifest.ts";
import type { AccessParts } from "./parts.ts";
import { AccessReport } from "./report.ts";
import type { DeployedBundle } from "./deployed-bundle.ts";
import { accessStands, nameless, notDeployed, registrarRefused, told, unseparated } from "./refusals.ts";
import type { BundleSummary } from "../../cli/summary.ts";
import { currentUser } from "../../api/workspace.ts";
import { workspaceApi } from "../api.ts";
import { expectSame } from "../connect.ts";
import { signIn } from "../sign-in.ts";

/** What changes access: it is told of the plan, and tells of each change. */
type Change = (request: AccessRequest, options: Omit<ApplyOptions, "approved">) => Promise<unknown>;

/** What the commands do about the access of the bundle's jobs: plan it, register it, withdraw it. */
export class Access {
  readonly #parts: AccessParts;
  readonly #report: AccessReport;
  readonly #newlyExamined = newlyExamined();
  #last: AccessPlan | undefined;
  /** What was shown, and so may be done. */
  #shown: AccessPlan | undefined;

  constructor(parts: AccessParts) {
    this.#parts = parts;
    this.#report = new AccessReport(parts);
  }

  /**
   * Shows what would be granted, changed and withdrawn; changes nothing. A deployment without an access file is not
   * held up: what such a bundle once granted is found, shown and withdrawn after it.
   * @throws SecretlessError with every entry that cannot be granted
   */
  async plan(summaryOf: () => Promise<BundleSummary>): Promise<void> {
    const { step, source } = this.#parts;
    if (isApart(source.files) && registrarOf(source.files) === step.inputs.clientId) throw unseparated(step);
    if (!source.declared && step.inputs.command.changes) return;
    const summary = await summaryOf();
    await told(async () => {
      const request = await this.#request(summary, { deployed: false, declared: source.declared });
      if (!request) return;
      this.#shown = await planAccess(request, (plan) => this.#show(plan, request.bundle));
      await this.#report.changes("planned", this.#shown.changes, this.#shown);
    });
  }

  /** The last examination; undefined if there was nothing to examine. */
  get examined(): AccessPlan | undefined {
    return this.#last;
  }

  /**
   * Registers what was planned, after the last process of the bundle has ended; where the policy wants the registrar apart,
   * its own job does.
   */
  async apply(summary: BundleSummary): Promise<void> {
    const { step, source, connection } = this.#parts;
    const registrarId = registrarOf(source.files);
    const bundle = bundleFacts(summary.tree, connection.workspaceId ?? "");
    if (source.declared && registrarId !== undefined && registrarId !== step.inputs.clientId)
      await told(async () => noteRegistrar((await this.#deployer()).workspace, bundle, registrarId));
    if (isApart(source.files)) {
      if (source.declared) step.ci.info(LEFT);
      // It grants after this step, and has no rights in the deployer's folders: what is declared is what code is told.
      const { entries } = source.files;
      const { policy } = source.files.policy ?? {};
      const about = { now: step.ports.clock.now(), policy, entra: entraPlace(step, source.files) };
      const inForce = source.declared ? declaredNow(entries, bundle, about) : undefined;
      await told(() => keepManifest({ ...this.#parts, bundle, entries, inForce }));
      return;
    }
    // A cancelled job keeps its deployment; its access is the next one's business.
    if (step.signal.aborted && !source.declared) return;
    await told(async () => {
      const request = await this.#request(summary, { deployed: true, declared: source.declared });
      if (!request) return;
      await this.#change(
        request,
        (complete, options) => applyAccess(complete, { ...options, approved: this.#shown }),
        source.declared ? "keep" : "remove",
      );
    });
  }

  /**
   * Registers, withdraws and sweeps, as the registrar, in a job that ran no code of the bundle.
   * @throws SecretlessError
   */
  async register({ facts, creators }: DeployedBundle): Promise<void> {
    const { step, audit, connection, source } = this.#parts;
    const { clientId } = step.inputs;
    const { files } = source;
    const registrarId = registrarOf(files) ?? clientId;
    expectSame("WRONG_PRINCIPAL", "registrar", registrarId, clientId, "policy-file");
    if (isApart(files) && creators.includes(registrarId)) throw unseparated(step);
    const wanted = files.entries.some(({ targets }) => targets?.includes(facts.target) !== false);
    if (facts.workspaceId === "") throw nameless();
    if (wanted && facts.jobs.length === 0) throw notDeployed(facts);
    await told(async () => {
      const { session } = connection;
      const registrar = await connectionOf({ step, audit, session, clientId });
      const deployerId = registrarOf(files) === undefined ? clientId : deployerAmong(creators);
      const request = await this.#complete(facts, registrar, { deployed: true, deployerId });
      const complete = { ...request, registrar, readers: creators };
      // The sources of another identity are not the registrar's to write in.
      const manifest = !creators.includes(clientId) ? "leave" : source.declared ? "keep" : "remove";
      const register: Change = (one, options) => applyAccess(one, { ...options, approved: undefined });
      await this.#change(complete, register, manifest);
    });
  }

  /**
   * Withdraws everything; what fails must keep the bundle from being destroyed. Whoever the policy of this run names, the
   * deployment itself says by whom its access was registered.
   */
  async withdraw(summary: BundleSummary): Promise<void> {
    const { connection, source, step } = this.#parts;
    const own = registrarOf(source.files) ?? step.inputs.clientId;
    await told(async () => {
      const facts = bundleFacts(summary.tree, connection.workspaceId ?? "");
      const noted = await readRegistrarNote((await this.#deployer()).workspace, facts);
      if (isApart(source.files)) await this.#checkGone(facts, own, source.declared);
      else {
        const request = await this.#request(summary, { deployed: true, declared: false });
        if (request) await this.#change(request, withdrawAccess, "remove");
      }
      if (noted !== undefined && noted !== own) await this.#checkGone(facts, noted, true);
    });
  }

  #deployer(): Promise<Apis> {
    const { step, audit, connection } = this.#parts;
    const { session } = connection;
    return connectionOf({ step, audit, session, clientId: step.inputs.clientId });
  }

  /** What is to be planned or done; undefined where nothing is declared and nothing was granted before. */
  async #request(
    { tree }: BundleSummary,
    { deployed, declared }: { readonly deployed: boolean; readonly declared: boolean },
  ): Promise<AccessRequest | undefined> {
    const { step, connection } = this.#parts;
    const { workspaceId } = connection;
    const { clientId, command } = step.inputs;
    const deployer = await this.#deployer();
    const facts = bundleFacts(tree, workspaceId ?? "");
    if (!declared) {
      const registrarId = registrarOf(this.#parts.source.files) ?? clientId;
      const known = (await isRecorded(deployer.workspace, stateFolder(registrarId), facts)) === true;
      // An earlier version's state is looked for where nothing may be left.
      const former = !known && command.name === "destroy" && (await readLegacy(deployer.workspace, facts));
      if (!known && !former) return undefined;
    }
    if (workspaceId === undefined) throw nameless();
    return this.#complete(facts, deployer, { deployed, deployerId: clientId });
  }

  async #complete(
    bundle: BundleFacts,
    deployer: Apis,
    how: Pick<AccessRequest, "deployed" | "deployerId">,
  ): Promise<AccessRequest> {
    const { step, source } = this.#parts;
    const { accountId = step.inputs.accountId } = await step.workspace;
    const { evidence } = source;
    const { command, select } = step.inputs;
    const files = how.deployed && select.length > 0 ? this.#ofThoseThere(bundle) : source.files;
    const looksOnly = !command.changes || (isApart(files) && command.name !== "access");
    return {
      ...{ files, bundle, accountId, evidence, deployer, looksOnly, ...how },
      registrar: undefined,
      entra: entraPlace(step, files),
      owner: looksOnly ? NOBODY : await source.owner(),
      readers: [how.deployerId],
      clock: step.ports.clock,
      signal: step.signal,
    };
  }

  /** The access of the jobs that are there: one that was not selected may never have been deployed. */
  #ofThoseThere({ jobs }: BundleFacts): AccessParts["source"]["files"] {
    const { step, source } = this.#parts;
    const absent = new Set(jobs.flatMap(({ key, id }) => (id === undefined ? [key] : [])));
    const { entries } = source.files;
    const there = entries.filter(({ job }) => !absent.has(job.value));
    if (there.length < entries.length)
      step.ci.info(`Not deployed yet, and so without access: ${[...absent].join(", ")} (not selected).`);
    return { ...source.files, entries: there };
  }

  /**
   * Where only the registrar can withdraw, nothing is destroyed while access stands.
   * @param mayStand whether it may stand where its records cannot be read
   */
  async #checkGone(facts: BundleFacts, registrarId: string, mayStand: boolean): Promise<void> {
    if (facts.workspaceId === "") throw nameless();
    const { workspace } = await this.#deployer();
    const stands = await isRecorded(workspace, stateFolder(registrarId), facts);
    if (stands === false || (stands === undefined && !mayStand)) return;
    throw accessStands(facts, registrarId, stands);
  }

  async #show(plan: AccessPlan, bundle: BundleFacts): Promise<void> {
    this.#last = plan;
    this.#report.plan(plan);
    for (const event of this.#newlyExamined(plan, bundle)) await this.#parts.audit.write(event);
  }

  async #change(request: AccessRequest, work: Change, manifest: "keep" | "remove" | "leave"): Promise<void> {
    const { step, audit, source } = this.#parts;
    const { ci, inputs } = step;
    const { bundle } = request;
    const record = auditTrail(audit, bundle);
    const done: Applied[] = [];
    let last: AccessPlan | undefined;
    const options = {
      holder: ci.context.runUrl || ci.context.ciName,
      lockTimeout: inputs.lockTimeout,
      onPlan: (plan: AccessPlan) => {
        last = plan;
        return this.#show(plan, bundle);
      },
      onApplied: async (applied: Applied, plan: AccessPlan) => {
        done.push(applied);
        await record(applied, plan);
      },
    };
    const keep = async (): Promise<void> => {
      if (last === undefined || manifest === "leave") return;
      const inForce = manifest === "keep" ? grantedNow(last, done) : undefined;
      await keepManifest({ ...this.#parts, bundle, entries: source.files.entries, inForce });
    };
    try {
      await ci.group("Access", async () => {
        const registrar = await this.#registrar(request);
        const entra = await entraApis(step, audit, source.files);
        const { deployer } = request;
        // Where no registrar is named, the deployer registers.
        const by = registrar
          ? { registrar: { ...registrar, entra } }
          : { registrar, deployer: { ...deployer, entra } };
        await work({ ...request, ...by }, options);
        await keep();
      });
    } catch (error) {
      // What stands although something failed is for the code to use; what failed is what has to be told.
      await keep().catch(() => undefined);
      throw error;
    } finally {
      if (last) await this.#report.changes("applied", done, last);
    }
  }

  /** The registrar's connection, with a token of its own that the token service never serves. */
  async #registrar({ files }: AccessRequest): Promise<Apis | undefined> {
    const { step, audit } = this.#parts;
    const clientId = registrarOf(files);
    if (clientId === undefined) return undefined;
    const session = signIn(step, {
      workspace: await step.workspace,
      audit,
      clientId,
      signal: step.signal,
    });
    const { accountId = step.inputs.accountId } = await step.workspace;
    await session.token().catch((error: unknown) => {
      throw registrarRefused(error, step, { clientId, accountId });
    });
    await audit.settled();
    const { userName } = await currentUser(
      workspaceApi(step, session, { audit, clientId, failure: "ACCESS_FAILED" }),
    );
    expectSame("WRONG_PRINCIPAL", "registrar", clientId, userName.toLowerCase(), "policy-file");
    return connectionOf({ step, audit, session, clientId });
  }
}

/** Who deploys: where several have created jobs, nobody is taken for it, so that each of them is named. */
const deployerAmong = (creators: readonly string[]): string =>
  creators.length === 1 ? (creators[0] ?? "") : "";

const LEFT =
  "Access is left to the registrar: `command: access`, in a job of its own, registers and withdraws what the plan shows.";
