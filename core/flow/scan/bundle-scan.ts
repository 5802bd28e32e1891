import type { Place } from "../../base/errors.ts";
import type { Json } from "../../api/json.ts";
import { isInside } from "../../base/paths.ts";
import type { Plan } from "../../cli/plan.ts";
import type { Ports } from "../../base/ports.ts";
import type { Step } from "../step.ts";
import { ScanOutcome } from "./outcome.ts";
import { isImmutable, uploadedFiles, type Deployed } from "./uploaded.ts";
import { resolvedSelections, runsCode } from "../../bundle/resolved-selection.ts";
import type { Boundary } from "../../bundle/outside.ts";
import type { Selection } from "../../bundle/selection.ts";
import { scanConfiguration } from "../../scan/configuration.ts";
import { readExceptions, type ExceptionPolicy } from "../../scan/exceptions.ts";
import { EMPTY_REPORT, mergeReports, type ScanReport } from "../../scan/finding.ts";
import { findCheckout, readRepositoryId } from "../../base/git/repository-id.ts";
import { ScannedFiles, type ScanOptions } from "../../scan/scanned-files.ts";
import { filesOf, readSources, scanSources, type Sources } from "../../scan/sources.ts";
import { scopeFindings, type ScopePolicy } from "../../scan/secret-scopes.ts";
import { diskTree } from "../../base/tree.ts";

/** What a scan needs of a step. */
export interface ScanStep extends Pick<Step, "ci" | "inputs" | "signal" | "found"> {
  readonly ports: Pick<Ports, "clock" | "platform">;
}

/** What a plan has resolved. */
export interface Resolved {
  readonly plan: Plan;
  /** What the CLI printed for the plan, parsed. */
  readonly json: Json;
  /** What it printed for the summary: the resolved configuration. */
  readonly summary: Json;
  /** Name of the selected target. */
  readonly target: string;
  /** `scan` of the policy, if there is one. */
  readonly policy?:
    | { readonly scopes: ScopePolicy | undefined; readonly exceptions: ExceptionPolicy | undefined }
    | undefined;
}

/** The scan of one run: its sources first, then what the plan has resolved and built, then what was uploaded. */
export class BundleScan {
  readonly #step: ScanStep;
  readonly #options: ScanOptions;
  readonly #outcome: ScanOutcome;
  readonly #scanned: ScannedFiles;
  readonly #sources: Sources;
  /** Whether code of the bundle runs, by what its files said before any did, or by what was resolved at any time. */
  #code: boolean;
  #today = "";
  #configuration = EMPTY_REPORT;
  #resolved:
    | { readonly selections: readonly Selection[]; readonly summary: Json; readonly target: string }
    | undefined;

  private constructor(step: ScanStep, options: ScanOptions, outcome: ScanOutcome, sources: Sources) {
    this.#step = step;
    this.#options = options;
    this.#outcome = outcome;
    this.#scanned = new ScannedFiles(options, { tree: diskTree, signal: step.signal });
    this.#sources = sources;
    this.#code = sources.runsCode;
  }

  /**
   * Scans the sources that the bundle's files select.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`, or `BUNDLE_INVALID` for a selection that leads out of
   * the checkout
   */
  static async start(step: ScanStep, folder: string): Promise<BundleScan> {
    const { ci, inputs, ports } = step;
    // As the CLI sees its working folder.
    const bundleRoot = await diskTree.real(folder);
    const checkout = await repositoryOf(bundleRoot, await diskTree.real(ci.context.checkout), step);
    const repositoryId = (await readRepositoryId(checkout, diskTree)) ?? "";
    const options = { checkout, bundleRoot, target: inputs.target, repositoryId };
    const today = new Date(ports.clock.now()).toISOString().slice(0, 10);
    const bounds = { tree: diskTree, platform: ports.platform };
    const outcome = new ScanOutcome(step, await readExceptions(options, bounds, today), repositoryId);
    const sources = await readSources(options, diskTree, ports.platform);
    const scan = new BundleScan(step, options, outcome, sources);
    scan.#today = today;
    const report = await scanSources(sources, scan.#scanned, scan.#boundary);
    await outcome.judge(report, { title: "Scan of the sources" });
    return scan;
  }

  /**
   * Scans what the plan has resolved and built. Nothing may be uploaded before this resolves.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`, `BUNDLE_INVALID`, or `SCAN_INCOMPLETE` where it is not
   * known what would be uploaded
   */
  async planned(resolved: Resolved): Promise<void> {
    const { summary, target, policy } = resolved;
    this.#code ||= runsCode(summary);
    const selections = await this.#selections(summary);
    if (!selections) this.#outcome.unjudged(NOT_RESOLVED);
    if (this.#code && isImmutable(summary)) this.#outcome.unjudged(NOT_READ_BACK);
    this.#resolved = { selections: selections ?? [], summary, target };
    if (policy?.exceptions !== undefined) this.#outcome.bound(policy.exceptions, this.#today);
    const selected = await filesOf(selections ?? [], this.#scanned, this.#boundary);
    await this.#scanned.scan([...selected.files, ...this.#sources.files.map((file) => file.path)]);
    const files = mergeReports([this.#scanned.report(), { ...EMPTY_REPORT, unscanned: selected.unscanned }]);
    this.#configuration = this.#scanConfiguration(resolved);
    const all = mergeReports([files, this.#configuration]);
    const scopes = policy?.scopes ? scopeFindings(all.scopes, target, policy.scopes) : [];
    await this.#outcome.judge(
      { ...all, findings: [...all.findings, ...scopes] },
      {
        title: "Scan with what the plan has built and resolved",
        configuration: this.#sources.files.map(({ name }) => name),
      },
    );
  }

  /**
   * Compares what was uploaded with what was scanned, and scans what differs.
   * @throws SecretlessError `CREDENTIAL_UPLOADED`, `SCAN_INCOMPLETE`
   */
  async deployed(deployed: Deployed): Promise<void> {
    if (!this.#resolved) return;
    const bounds = { tree: diskTree, platform: this.#step.ports.platform };
    const uploading = { ...deployed, ...this.#resolved, code: this.#code };
    const found = await uploadedFiles(this.#scanned, bounds, uploading);
    const { different, unread } = found;
    if (different.length > 0)
      this.#step.ci.info(`Uploaded otherwise than it was scanned, so scanned again: ${shortList(different)}`);
    if (unread.length > 0)
      this.#step.ci.info(
        `The workspace does not hand these out, so what is here was scanned alone: ${shortList(unread)}`,
      );
    if (different.length > 0 || found.unscanned.length > 0) {
      const rest = { ...EMPTY_REPORT, unscanned: found.unscanned };
      await this.#outcome.judge(mergeReports([this.#scanned.report(), this.#configuration, rest]), {
        title: "Scan with what was uploaded",
        uploaded: true,
      });
    }
    if (found.unknown) this.#outcome.unjudged(found.unknown);
  }

  #selections(summary: Json): Promise<readonly Selection[] | undefined> {
    const { bundleRoot, checkout } = this.#options;
    const { files, selection } = this.#sources;
    const written = files.length > 0 ? selection : undefined;
    return resolvedSelections(summary, { bundleRoot, checkout, written, tree: diskTree });
  }

  get #boundary(): Boundary {
    const { selection } = this.#sources;
    const fallback: Place | undefined = selection.places.values().next().value;
    return {
      checkout: this.#options.checkout,
      platform: this.#step.ports.platform,
      tree: diskTree,
      placeOf: (file) => selection.places.get(file) ?? fallback,
    };
  }

  #scanConfiguration({ plan, json, summary, target }: Resolved): ScanReport {
    const { files } = this.#sources;
    const fallback = { file: files[0]?.name ?? "databricks.yml" };
    const { repositoryId } = this.#options;
    const report = scanConfiguration(json, summary, { target, repositoryId, sources: files, fallback });
    if (plan.engine === "direct" || plan.entries.every(({ action }) => action === "skip")) return report;
    const note =
      "the plan for a Terraform state does not hold the configuration as it is sent; scanned is what the summary resolved";
    return { ...report, notes: [...report.notes, note] };
  }
}

/** Files that are named one by one in a line of the log. */
const SHOWN = 20;

function shortList(names: readonly string[]): string {
  return names.slice(0, SHOWN).join(", ") + (names.length > SHOWN ? ", …" : "");
}

const NOT_RESOLVED = {
  problem: "What the bundle would upload is not known, so it cannot be scanned. Nothing was uploaded.",
  expected:
    "`sync.paths`, `sync.include` and `sync.exclude` in the output of `databricks bundle summary -o json`",
  remedy:
    "Write `sync.paths` without variables, as paths that exist, in a file that no script of the bundle changes.",
};

const NOT_READ_BACK = {
  problem:
    "Code of the bundle runs in the deployment, and `experimental.immutable_folder` uploads one archive that is not read back: " +
    "nobody knows whether it holds what was scanned. Nothing was uploaded.",
  remedy:
    "Take out `experimental.immutable_folder`, or build in a step before this one and take out `build`, `scripts` and `python`.",
};

/**
 * The repository may be checked out below the folder that the CI calls its checkout. Names of files, and with them
 * exceptions, are relative to the repository, as on a laptop.
 */
async function repositoryOf(bundleRoot: string, checkout: string, { ports }: ScanStep): Promise<string> {
  const repository = await findCheckout(bundleRoot, diskTree);
  const entries = await diskTree.list(repository).catch(() => []);
  const inside = isInside(repository, checkout, ports.platform);
  return inside && entries.some(({ name }) => name === ".git") ? repository : checkout;
}
