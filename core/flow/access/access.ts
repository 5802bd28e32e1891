import { readState } from "../../access/state/state.ts";
import { auditTrail } from "../../access/apply/audit-trail.ts";
import { applyAccess, withdrawAccess } from "../../access/apply/apply.ts";
import { planAccess, registrarOf } from "../../access/plan/plan.ts";
import type { AccessPlan, AccessRequest } from "../../access/plan/plan.ts";
import type { Apis } from "../../access/kinds/kind.ts";
import type { ApplyOptions } from "../../access/apply/apply.ts";
import { bundleFacts, type BundleFacts } from "../../access/bundle-facts.ts";
import type { Applied } from "../../access/apply/execute.ts";
import { ApiFailure } from "../../api/client.ts";
import { connectionOf } from "./connection.ts";
import type { AccessParts } from "./parts.ts";
import { AccessReport } from "./report.ts";
import type { BundleSummary } from "../../cli/summary.ts";
import { currentUser } from "../../api/workspace.ts";
import { workspaceApi } from "../api.ts";
import { expectSame } from "../connect.ts";
import { SecretlessError } from "../../base/errors.ts";
import { endpointUnavailable } from "../../net/unavailable.ts";
import { HttpError } from "../../net/http.ts";
import { signIn } from "../sign-in.ts";

/** What the commands do about the access of the bundle's jobs: plan it, register it, withdraw it. */
export class Access {
  readonly #parts: AccessParts;
  readonly #report: AccessReport;
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
    if (!source.declared && step.inputs.command.changes) return;
    const summary = await summaryOf();
    await told(async () => {
      const request = await this.#request(summary, { deployed: false, declared: source.declared });
      if (!request) return;
      this.#shown = await planAccess(request, (plan) => this.#show(plan, request.bundle));
      await this.#report.changes("planned", this.#shown.changes, this.#shown);
    });
  }

  /** Registers what was planned, after the last process of the bundle has ended. */
  async apply(summary: BundleSummary): Promise<void> {
    const { step, source } = this.#parts;
    // A cancelled job keeps its deployment; its access is the next one's business.
    if (step.signal.aborted && !source.declared) return;
    await told(async () => {
      const request = await this.#request(summary, { deployed: true, declared: source.declared });
      if (!request) return;
      await this.#change(request, (complete, options) =>
        applyAccess(complete, { ...options, approved: this.#shown }),
      );
    });
  }

  /** Withdraws everything; what fails must keep the bundle from being destroyed. */
  async withdraw(summary: BundleSummary): Promise<void> {
    await told(async () => {
      const request = await this.#request(summary, { deployed: true, declared: false });
      if (!request) return;
      await this.#change(request, withdrawAccess);
    });
  }

  /** What is to be planned or done; undefined where nothing is declared and nothing was granted before. */
  async #request(
    { tree }: BundleSummary,
    { deployed, declared }: { readonly deployed: boolean; readonly declared: boolean },
  ): Promise<AccessRequest | undefined> {
    const { step, audit, connection, source } = this.#parts;
    const { session, workspaceId } = connection;
    const { clientId } = step.inputs;
    const { accountId = step.inputs.accountId } = await step.workspace;
    const { files, evidence } = source;
    const deployer = await connectionOf({ step, audit, session, clientId });
    if (!declared && !(await recorded(deployer, bundleFacts(tree, workspaceId ?? "")))) return undefined;
    if (workspaceId === undefined) throw nameless();
    return {
      files,
      bundle: bundleFacts(tree, workspaceId),
      deployed,
      deployerId: clientId,
      accountId,
      evidence,
      deployer,
      registrar: undefined,
      clock: step.ports.clock,
      signal: step.signal,
    };
  }

  async #show(plan: AccessPlan, bundle: BundleFacts): Promise<void> {
    this.#report.plan(plan);
    const record = auditTrail(this.#parts.audit, bundle);
    for (const change of plan.denied)
      await record({ change, outcome: "denied", reason: change.decision?.reason ?? "" }, plan);
  }

  async #change(
    request: AccessRequest,
    work: (request: AccessRequest, options: Omit<ApplyOptions, "approved">) => Promise<unknown>,
  ): Promise<void> {
    const { step, audit } = this.#parts;
    const { ci, inputs } = step;
    const record = auditTrail(audit, request.bundle);
    const done: Applied[] = [];
    let last: AccessPlan | undefined;
    const options = {
      holder: ci.context.runUrl || ci.context.ciName,
      lockTimeout: inputs.lockTimeout,
      onPlan: (plan: AccessPlan) => {
        last = plan;
        this.#report.plan(plan);
        return Promise.resolve();
      },
      onApplied: async (applied: Applied, plan: AccessPlan) => {
        done.push(applied);
        await record(applied, plan);
      },
    };
    try {
      await ci.group("Access", async () => {
        const registrar = await this.#registrar(request);
        await work({ ...request, registrar }, options);
      });
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
    await session.token();
    await audit.settled();
    const { userName } = await currentUser(
      workspaceApi(step, session, { audit, clientId, failure: "ACCESS_FAILED" }),
    );
    expectSame("WRONG_PRINCIPAL", "registrar", clientId, userName.toLowerCase(), "policy-file");
    return connectionOf({ step, audit, session, clientId });
  }
}

/** Does `work`; what a server refused or did not answer becomes an error for the user. */
async function told(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (error instanceof HttpError) throw endpointUnavailable("A request about the access of jobs", error);
    if (!(error instanceof ApiFailure)) throw error;
    throw new SecretlessError("ACCESS_FAILED", {
      problem: "A request about the access of jobs was refused.",
      actual: `${error.status} ${error.errorCode}: ${error.message}`,
      remedy:
        "Give the identity what the answer asks for. What was changed so far is recorded: the next run goes on from there.",
      cause: error,
    });
  }
}

/** Whether this bundle has granted anything, whatever the records are called: one request. */
async function recorded({ workspace }: Apis, bundle: BundleFacts): Promise<boolean> {
  const { records, unowned } = await readState(workspace, bundle);
  return records.length + unowned.length > 0;
}

/** With anything else in its place every grant would have another name, and so another owner. */
function nameless(): SecretlessError {
  return new SecretlessError("WRONG_WORKSPACE", {
    problem: "The workspace does not say its ID, by which grants are named. No access was changed.",
    expected: "the response header x-databricks-org-id, or workspace_id in /.well-known/databricks-config",
    remedy: "Look for what answers in place of the workspace and leaves these out (a proxy, a gateway).",
  });
}
