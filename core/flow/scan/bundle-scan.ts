import path from "node:path";
import type { Json } from "../../api/json.ts";
import type { Plan } from "../../cli/plan.ts";
import type { Ports } from "../../base/ports.ts";
import type { Step } from "../step.ts";
import { ScanOutcome } from "./outcome.ts";
import { scanConfiguration } from "../../scan/configuration.ts";
import { readExceptions } from "../../scan/exceptions.ts";
import { EMPTY_REPORT, mergeReports, type ScanReport } from "../../scan/finding.ts";
import { findCheckout, readRepositoryId } from "../../base/git/repository-id.ts";
import {
  changedArtifacts,
  findArtifacts,
  scanArtifacts,
  scanSources,
  type Artifact,
  type ScanOptions,
  type ScanPorts,
} from "../../scan/scan.ts";
import { scopeFindings, type ScopePolicy } from "../../scan/secret-scopes.ts";
import { readSyncRules } from "../../bundle/sync-rules.ts";
import { diskTree, readText } from "../../base/tree.ts";
import type { YamlSource } from "../../bundle/places.ts";

/** What a scan needs of a step. */
export interface ScanStep extends Pick<Step, "ci" | "inputs" | "signal" | "found"> {
  readonly ports: Pick<Ports, "clock">;
}

/** What a plan has resolved. */
export interface Resolved {
  readonly plan: Plan;
  /** What the CLI printed for the plan, parsed. */
  readonly json: Json;
  /** Name of the selected target. */
  readonly target: string;
  /** `scan.scopes` of the policy, if there is one. */
  readonly scopes?: ScopePolicy | undefined;
}

/** The scan of one run: its sources first, artifacts and resolved configuration when they are planned. */
export class BundleScan {
  readonly #ci: Step["ci"];
  readonly #options: ScanOptions;
  readonly #ports: ScanPorts;
  readonly #outcome: ScanOutcome;
  #sources = EMPTY_REPORT;
  #planned = EMPTY_REPORT;
  #artifacts: readonly Artifact[] = [];

  private constructor(ci: Step["ci"], options: ScanOptions, ports: ScanPorts, outcome: ScanOutcome) {
    this.#ci = ci;
    this.#options = options;
    this.#ports = ports;
    this.#outcome = outcome;
  }

  /**
   * Scans the sources.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`
   */
  static async start(step: ScanStep, bundleRoot: string): Promise<BundleScan> {
    const { ci, inputs, ports, signal } = step;
    const checkout = await repositoryOf(bundleRoot, ci.context.checkout);
    const repositoryId = (await readRepositoryId(checkout, diskTree)) ?? "";
    const options = { checkout, bundleRoot, target: inputs.target, repositoryId };
    const today = new Date(ports.clock.now()).toISOString().slice(0, 10);
    const outcome = new ScanOutcome(step, await readExceptions(options, diskTree, today));
    const scan = new BundleScan(ci, options, { tree: diskTree, signal }, outcome);
    scan.#sources = await scanSources(options, scan.#ports);
    await outcome.judge(scan.#sources, { title: "Scan of the sources" });
    return scan;
  }

  /**
   * Scans what the plan has built and resolved. Nothing may be uploaded before this resolves.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`
   */
  async planned(resolved: Resolved): Promise<void> {
    this.#artifacts = await findArtifacts(this.#options, this.#ports);
    const artifacts = await scanArtifacts(this.#artifacts, this.#options, this.#ports);
    const yaml = await this.#configurationFiles();
    this.#planned = mergeReports([artifacts, this.#scanConfiguration(resolved, yaml)]);
    const all = mergeReports([this.#sources, this.#planned]);
    const scopes = resolved.scopes ? scopeFindings(all.scopes, resolved.target, resolved.scopes) : [];
    await this.#outcome.judge(
      { ...all, findings: [...all.findings, ...scopes] },
      {
        title: "Scan with artifacts and resolved configuration",
        configuration: yaml.map(({ file }) => file),
      },
    );
  }

  /**
   * Scans artifacts that the deployment's own build has made anew: they were uploaded as they are now.
   * @throws SecretlessError `CREDENTIAL_FOUND`
   */
  async deployed(): Promise<void> {
    const changed = changedArtifacts(this.#artifacts, await findArtifacts(this.#options, this.#ports));
    if (changed.length === 0) return;
    const names = changed.map(({ file }) => this.#name(file)).join(", ");
    this.#ci.info(`Built anew by the deployment, so scanned again: ${names}`);
    const again = await scanArtifacts(changed, this.#options, this.#ports);
    await this.#outcome.judge(mergeReports([this.#sources, this.#planned, again]), {
      title: "Scan with what was built anew",
      uploaded: true,
    });
  }

  #scanConfiguration({ plan, json, target }: Resolved, sources: readonly YamlSource[]): ScanReport {
    const fallback = { file: sources[0]?.file ?? "databricks.yml" };
    const { repositoryId } = this.#options;
    const report = scanConfiguration(json, { target, repositoryId, sources, fallback });
    if (plan.engine === "direct" || plan.entries.every(({ action }) => action === "skip")) return report;
    const reason = "the plan for a Terraform state does not hold the resolved configuration";
    return { ...report, unscanned: [{ ...fallback, reason, harmless: false }] };
  }

  /** The bundle's YAML files, as reports name them. */
  async #configurationFiles(): Promise<YamlSource[]> {
    const { bundleRoot, target } = this.#options;
    const { configuration } = await readSyncRules(bundleRoot, target, diskTree);
    return Promise.all(
      configuration.map(async (file) => ({ file: this.#name(file), text: await readText(diskTree, file) })),
    );
  }

  #name(file: string): string {
    return path.relative(this.#options.checkout, file).split(path.sep).join("/");
  }
}

/**
 * The repository may be checked out below the folder that the CI calls its checkout. Names of files, and with them
 * exceptions, are relative to the repository, as on a laptop.
 */
async function repositoryOf(bundleRoot: string, checkout: string): Promise<string> {
  const repository = await findCheckout(bundleRoot, diskTree);
  const entries = await diskTree.list(repository).catch(() => []);
  const inside = !path.relative(checkout, repository).startsWith("..");
  return inside && entries.some(({ name }) => name === ".git") ? repository : checkout;
}
