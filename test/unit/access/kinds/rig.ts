import assert from "node:assert/strict";
import { applyAccess, withdrawAccess, type AccessResult } from "../../../../core/access/apply/apply.ts";
import { bundleFacts } from "../../../../core/access/bundle-facts.ts";
import type { EntraApis } from "../../../../core/access/kinds/kind.ts";
import { planAccess, readAccessFiles, type AccessPlan } from "../../../../core/access/plan/plan.ts";
import type { AccessRequest } from "../../../../core/access/plan/request.ts";
import type { Json } from "../../../../core/api/json.ts";
import { createSend } from "../../../../core/net/send.ts";
import type { Clock, Send } from "../../../../core/base/ports.ts";
import {
  ACCOUNT_ID,
  DEPLOYER,
  JOB_RUNNER,
  REPORT_RUNNER,
  TENANT_ID,
  WORKSPACE_ID,
} from "../../../../sandbox/defaults.ts";
import { ARM_RESOURCE, GRAPH_RESOURCE } from "../../../../sandbox/entra/directory.ts";
import { signingKey, signJwt } from "../../../../sandbox/identity/issuer.ts";
import type { LoggedRequest } from "../../../../sandbox/http/log.ts";
import { startSandbox, type Sandbox } from "../../../../sandbox/sandbox.ts";
import { connectAt, sandboxApis } from "../sandbox-apis.ts";
import { options } from "../setup.ts";

export const REGISTRAR = {
  applicationId: "9d1c7a52-0b34-4e8f-a6d5-2c7e8f901b63",
  displayName: "registrar",
  accountAdmin: true,
  workspaceAdmin: true,
};
class Killed extends Error {}
const direct = createSend({});
const isWrite = ({ method, url }: { readonly method: string; readonly url: string }): boolean =>
  method !== "GET" && !url.includes("/oidc/");

const STATE = "/Workspace/Shared/lake/state";

/** Waits pass at once. */
class QuickClock implements Clock {
  #ahead = 0;
  now(): number {
    return Date.now() + this.#ahead;
  }
  pass(ms: number): void {
    this.#ahead += ms;
  }
  sleep(ms: number): Promise<void> {
    this.#ahead += ms;
    return Promise.resolve();
  }
}

/** Two deployed jobs with a principal each, of which `access.yml` may ask for the first, `nightly`. */
export class KindRig {
  readonly clock: QuickClock;
  readonly sandbox: Sandbox;
  readonly #jobIds: readonly string[];
  /** More of the bundle's resources, as the summary has them. */
  resources: Readonly<Record<string, Json>> = {};
  /** More providers of the policy file. */
  providers = `, entra: { registrar_client_id: ${REGISTRAR.applicationId}, tenant_id: ${TENANT_ID} }`;

  private constructor(sandbox: Sandbox, clock: QuickClock, jobIds: readonly string[]) {
    this.clock = clock;
    this.sandbox = sandbox;
    this.#jobIds = jobIds;
  }

  static async start(): Promise<KindRig> {
    const clock = new QuickClock();
    const sandbox = await startSandbox({ clock });
    const { account, workspace } = sandbox;
    account.addServicePrincipal(REGISTRAR);
    account.addServicePrincipal(REPORT_RUNNER);
    workspace.files.mkdirs("/Workspace/Shared/lake/files");
    workspace.serviceCredentials.metastoreOwner = REGISTRAR.applicationId;
    workspace.tokenManagement.restricted = true;
    const deployer = account.principals.withApplicationId(DEPLOYER.applicationId);
    assert.ok(deployer);
    const ids = [JOB_RUNNER, REPORT_RUNNER].map(({ applicationId }, at) => {
      const settings = {
        name: at === 0 ? "nightly" : "report",
        run_as: { service_principal_name: applicationId },
        deployment: { kind: "BUNDLE", metadata_file_path: `${STATE}/metadata.json` },
      };
      return workspace.jobs.create(settings, deployer).id;
    });
    return new KindRig(sandbox, clock, ids);
  }

  #writes = 0;
  #kill: { readonly at: number; readonly effect: "before" | "after" } | undefined;
  #dead = false;

  /** What every connection of a run sends through: it dies at the write that it is told to. */
  readonly send: Send = async (request) => {
    const number = isWrite(request) ? ++this.#writes : 0;
    const dies = (effect: "before" | "after"): boolean =>
      number > 0 && this.#kill?.at === number && this.#kill.effect === effect;
    this.#dead ||= dies("before");
    if (this.#dead) throw new Killed();
    const answer = await direct(request);
    this.#dead ||= dies("after");
    // What was under way at that moment never learns of its answer.
    if (this.#dead) throw new Killed();
    return answer;
  };

  /** Runs until write number `at`, and no further; how many writes there were if it came to its end. */
  async killed(
    at: number,
    effect: "before" | "after",
    work: () => Promise<unknown>,
  ): Promise<number | "killed"> {
    this.#writes = 0;
    this.#kill = { at, effect };
    this.#dead = false;
    try {
      await work();
      return this.#writes;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return "killed";
    } finally {
      this.#kill = undefined;
      this.#dead = false;
    }
  }

  /** @param entries items of the list of the job `nightly`, one a line; none: nothing is declared */
  async request(entries: readonly string[], deployed: boolean): Promise<AccessRequest> {
    const jobs =
      entries.length === 0
        ? "jobs: {}"
        : `jobs:\n  nightly:\n${entries.map((line) => `    - ${line}\n`).join("")}`;
    const providers = `providers: { databricks: { registrar_client_id: ${REGISTRAR.applicationId} }${this.providers} }`;
    const policy = `version: 1\n${providers}\nrules: [{ name: all, effect: allow, when: { scope: unproven } }]\n`;
    const [nightly = "", report = ""] = this.#jobIds;
    const job = (id: string, principal: string): Json => ({
      id,
      run_as: { service_principal_name: principal },
    });
    const registrar = await sandboxApis(this.sandbox, REGISTRAR.applicationId, this.send);
    return {
      files: readAccessFiles(
        { path: "access.yml", text: `version: 1\n${jobs}\n` },
        { path: "policy.yml", text: policy, insideCheckout: false },
      ),
      bundle: bundleFacts(
        {
          bundle: { name: "lake", target: "prod" },
          workspace: { state_path: STATE, file_path: "/Workspace/Shared/lake/files" },
          resources: {
            jobs: {
              nightly: job(nightly, JOB_RUNNER.applicationId),
              report: job(report, REPORT_RUNNER.applicationId),
            },
            ...this.resources,
          },
        },
        WORKSPACE_ID,
      ),
      deployed,
      deployerId: DEPLOYER.applicationId,
      accountId: ACCOUNT_ID,
      evidence: { claims: {}, selfReported: { now: this.clock.now(), addresses: [] } },
      deployer: await sandboxApis(this.sandbox, DEPLOYER.applicationId, this.send),
      registrar: deployed ? { ...registrar, entra: await this.#entra() } : undefined,
      entra: { tenantId: TENANT_ID, authority: this.#authority },
      owner: { issuer: "https://issuer.example", repositoryId: "1", context: "environment:prod" },
      readers: [DEPLOYER.applicationId],
      clock: this.clock,
    };
  }

  get #authority(): string {
    return this.sandbox.entra.authority().replace(/\/$/, "");
  }

  /** Graph and Resource Manager as the registrar. */
  async #entra(): Promise<EntraApis> {
    const { directory, entra } = this.sandbox;
    const iat = Math.floor(this.clock.now() / 1000);
    const api = async (aud: string): Promise<EntraApis["graph"]> => {
      const claims = {
        iss: entra.issuer(TENANT_ID),
        aud,
        appid: REGISTRAR.applicationId,
        iat,
        exp: iat + 3600,
      };
      return connectAt(directory.url, await signJwt(claims, await signingKey("entra")), this.send);
    };
    return { graph: await api(GRAPH_RESOURCE), arm: await api(ARM_RESOURCE), authority: this.#authority };
  }

  async plan(...entries: readonly string[]): Promise<AccessPlan> {
    return planAccess(await this.request(entries, false));
  }

  async apply(...entries: readonly string[]): Promise<AccessResult> {
    return applyAccess(await this.request(entries, true), options());
  }

  /** As `destroy` does before it destroys. */
  async withdraw(): Promise<AccessResult> {
    return withdrawAccess(await this.request([], true), options());
  }

  /** Requests that change something, from number `from` on. */
  writes(from = 0): readonly LoggedRequest[] {
    return this.sandbox.requests
      .slice(from)
      .filter(({ method, path }) => method !== "GET" && !path.endsWith("/token"));
  }
}
