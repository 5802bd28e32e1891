import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { together } from "../../base/all-right.ts";
import { SecretlessError, type Mistake } from "../../base/errors.ts";
import { PRODUCT } from "../../base/product.ts";
import { mistakeText } from "../../report/error-text.ts";
import { scanLine } from "../../report/scan-section.ts";
import type { Step } from "../step.ts";
import {
  applyExceptions,
  EXCEPTIONS_FILE,
  isAlwaysSeen,
  unusedMistake,
  type Applied,
  type Exceptions,
} from "../../scan/exceptions.ts";
import { findingMistake, type Finding, type ScanReport } from "../../scan/finding.ts";
import { toSarif } from "../../scan/sarif.ts";

export interface Stage {
  /** For the log. */
  readonly title: string;
  /** Names of the bundle's YAML files; given once everything was scanned, so that unused exceptions are known. */
  readonly configuration?: readonly string[];
  /** What is reported is in the workspace already. */
  readonly uploaded?: boolean;
}

/** Findings that are shown one by one: both CIs show a few annotations and keep a few hundred. */
const MOST = 100;

/** What comes of a scan: log, annotations, facts for the summary, the SARIF file, and the error that stops the run. */
export class ScanOutcome {
  readonly #step: Pick<Step, "ci" | "inputs" | "found">;
  readonly #exceptions: Exceptions;
  /** Annotations that were made: a report holds those before it. */
  readonly #annotated = new Set<string>();

  constructor(step: Pick<Step, "ci" | "inputs" | "found">, exceptions: Exceptions) {
    this.#step = step;
    this.#exceptions = exceptions;
  }

  /**
   * Shows all that was found so far, and stops the run for it where the input `scan` says so.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `EXCEPTIONS_INVALID`
   */
  async judge(report: ScanReport, stage: Stage): Promise<void> {
    const { ci, inputs } = this.#step;
    const applied = applyExceptions(report.findings, this.#exceptions.exceptions);
    const blocks = inputs.scan === "block";
    const stopping = applied.findings.filter(({ level }) => blocks && level === "error");
    const others = applied.findings.filter((finding) => !stopping.includes(finding));
    const scan = { report, stopping, others, accepted: applied.excepted.length };
    this.#step.found({ scan });
    ci.info(`${stage.title}: ${scanLine(scan)}`);
    for (const note of report.notes) ci.info(`  ${note}`);
    const unscanned = report.unscanned.filter(({ harmless }) => !harmless);
    for (const { file, member, reason } of unscanned) {
      const name = member === undefined ? file : `${file}!${member}`;
      this.#warn({ problem: `Not scanned: ${name}: ${reason}`, place: { file } });
    }
    for (const finding of others) this.#warn(findingMistake(finding));

    const { certain, perhaps } = this.#wrongExceptions(applied, stage);
    for (const mistake of blocks ? perhaps : [...perhaps, ...certain]) this.#warn(mistake);
    const errors = [
      ...(stopping.length > 0 ? [credentialFound(stopping, stage)] : []),
      ...(blocks && certain.length > 0 ? [exceptionsInvalid(certain)] : []),
      ...(await this.#writeSarif(report, applied)),
    ];
    const [first, ...rest] = errors;
    if (first) throw together(first, rest);
  }

  #wrongExceptions(
    { unused }: Applied,
    { configuration }: Stage,
  ): { certain: Mistake[]; perhaps: Mistake[] } {
    const certain = [...this.#exceptions.mistakes];
    const perhaps: Mistake[] = [];
    for (const one of configuration ? unused : [])
      (isAlwaysSeen(one, configuration ?? []) ? certain : perhaps).push(unusedMistake(one));
    return { certain, perhaps };
  }

  #warn(mistake: Mistake): void {
    const text = mistakeText(mistake);
    if (this.#annotated.has(text) || this.#annotated.size >= MOST) return;
    this.#annotated.add(text);
    this.#step.ci.annotate("warning", text, mistake.place);
  }

  /** Writes the file that code scanning reads, also when the run is stopped. Resolves to the errors of that. */
  async #writeSarif(report: ScanReport, { findings, excepted }: Applied): Promise<SecretlessError[]> {
    const { ci, inputs } = this.#step;
    if (inputs.sarifFile === undefined) return [];
    const file = path.resolve(ci.context.checkout, inputs.sarifFile);
    const log = toSarif({ ...report, findings }, { version: PRODUCT.version, excepted });
    try {
      await mkdir(path.dirname(file), { recursive: true });
      await writeFile(file, `${JSON.stringify(log, null, 2)}\n`);
      return [];
    } catch (error) {
      const { code = "an error" } = error as NodeJS.ErrnoException;
      return [
        new SecretlessError("INPUT_INVALID", {
          problem: "The file of `sarif-file` cannot be written.",
          expected: "a path at which a file can be made",
          actual: `${inputs.sarifFile} (${code})`,
          cause: error,
        }),
      ];
    }
  }
}

function credentialFound(findings: readonly Finding[], { uploaded = false }: Stage): SecretlessError {
  const count = findings.length === 1 ? "1 finding" : `${String(findings.length)} findings`;
  const shown = findings.length > MOST ? ` The first ${String(MOST)} are shown.` : "";
  const [done, first] = uploaded
    ? ["It is in the workspace already.", "Revoke what was found"]
    : ["Nothing was uploaded.", "Revoke what was in a repository"];
  return new SecretlessError("CREDENTIAL_FOUND", {
    problem: `The scan for static credentials has ${count}. ${done}${shown}`,
    remedy:
      `${first}, then write what each finding says. For what is no credential, name rule, path, fingerprint, a reason ` +
      `and a last day in ${EXCEPTIONS_FILE} (docs/scan.md).`,
    mistakes: findings.slice(0, MOST).map(findingMistake),
  });
}

function exceptionsInvalid(mistakes: readonly Mistake[]): SecretlessError {
  return new SecretlessError("EXCEPTIONS_INVALID", {
    problem: `The exceptions of the scan in ${EXCEPTIONS_FILE} are not right. Nothing was uploaded.`,
    mistakes,
  });
}
