import path from "node:path";
import { together } from "../../base/all-right.ts";
import { RefusedFile } from "../../base/checkout-file.ts";
import { SecretlessError, type Mistake } from "../../base/errors.ts";
import type { Platform } from "../../base/ports.ts";
import { jsonWithoutBidi } from "../../base/quote.ts";
import { writeOwnFile } from "../../base/written-file.ts";
import { PRODUCT } from "../../base/product.ts";
import { mistakeText } from "../../report/error-text.ts";
import type { AcceptedException } from "../../report/facts.ts";
import { acceptedLine, scanLine } from "../../report/scan-section.ts";
import type { Step } from "../step.ts";
import {
  applyExceptions,
  boundExceptions,
  EXCEPTIONS_FILE,
  isAlwaysSeen,
  unusedMistake,
  type Applied,
  type ExceptionPolicy,
  type Exceptions,
} from "../../scan/exceptions.ts";
import { findingMistake, unscannedFindings, type Finding, type ScanReport } from "../../scan/finding.ts";
import { withoutCredentials } from "../../scan/hide.ts";
import { redact } from "../../base/redact.ts";
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

/** What showing a scan needs of a step. */
type OutcomeStep = Pick<Step, "ci" | "inputs" | "found"> & {
  readonly ports: { readonly platform: Platform };
};

/** What comes of a scan: log, annotations, facts for the summary, the SARIF file, and the error that stops the run. */
export class ScanOutcome {
  readonly #step: OutcomeStep;
  readonly #repositoryId: string;
  #exceptions: Exceptions;
  /** Annotations that were made: a report holds those before it. */
  readonly #annotated = new Set<string>();

  /** `repositoryId` is the key of the fingerprints. */
  constructor(step: OutcomeStep, exceptions: Exceptions, repositoryId: string) {
    this.#step = step;
    this.#exceptions = exceptions;
    this.#repositoryId = repositoryId;
  }

  /** Takes what the policy says of exceptions; what it does not admit accepts nothing from now on, and is a mistake. */
  bound(policy: ExceptionPolicy, today: string): void {
    this.#exceptions = boundExceptions(this.#exceptions, policy, today);
  }

  /** Stops the run for something that cannot be judged, where the input `scan` says so; else warns of it. */
  unjudged(mistake: Mistake): void {
    if (this.#step.inputs.scan === "block") throw new SecretlessError("SCAN_INCOMPLETE", mistake);
    this.#warn(mistake);
  }

  /**
   * Shows all that was found so far, and stops the run for it where the input `scan` says so.
   * @throws SecretlessError `CREDENTIAL_FOUND`, `CREDENTIAL_UPLOADED`, `SCAN_INCOMPLETE`, `EXCEPTIONS_INVALID`
   */
  async judge(report: ScanReport, stage: Stage): Promise<void> {
    const { ci, inputs } = this.#step;
    const unscanned = unscannedFindings(report, this.#repositoryId);
    const applied = applyExceptions([...report.findings, ...unscanned], this.#exceptions.exceptions);
    const blocks = inputs.scan === "block";
    const unknown = applied.findings.filter((finding) => unscanned.includes(finding));
    const found = applied.findings.filter((finding) => !unknown.includes(finding));
    const stopping = found.filter(({ level }) => blocks && level === "error");
    const others = found.filter((finding) => !stopping.includes(finding));
    const exceptions = acceptedBy(applied);
    const scan = { report, stopping, others, accepted: applied.excepted.length, exceptions };
    this.#step.found({ scan });
    ci.info(`${stage.title}: ${scanLine(scan)}`);
    for (const exception of exceptions) ci.info(`  ${acceptedLine(exception)}`);
    for (const note of report.notes) ci.info(`  ${note}`);
    for (const finding of blocks ? others : [...unknown, ...others]) this.#warn(findingMistake(finding));

    const { certain, perhaps } = this.#wrongExceptions(applied, stage);
    for (const mistake of blocks ? perhaps : [...perhaps, ...certain]) this.#warn(mistake);
    const errors = [
      ...(stopping.length > 0 ? [credentialFound(stopping, stage)] : []),
      ...(blocks && unknown.length > 0 ? [incomplete(unknown, stage)] : []),
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
    const { ci, inputs, ports } = this.#step;
    if (inputs.sarifFile === undefined) return [];
    const file = path.resolve(ci.context.checkout, inputs.sarifFile);
    const log = toSarif({ ...report, findings }, { version: PRODUCT.version, excepted });
    try {
      const roots = [ci.context.checkout, ci.context.tempFolder];
      const text = jsonWithoutBidi(JSON.stringify(log, (_, value: unknown) => cleaned(value), 2));
      await writeOwnFile(file, `${text}\n`, { roots, platform: ports.platform });
      return [];
    } catch (error) {
      const { code = "an error" } = error as NodeJS.ErrnoException;
      const why = error instanceof RefusedFile ? `it ${error.message}` : code;
      return [
        new SecretlessError("INPUT_INVALID", {
          problem: "The file of `sarif-file` cannot be written.",
          expected: "a path in the checkout or in the CI's temporary folder, with no link in it",
          actual: `${inputs.sarifFile}: ${why}`,
          cause: error,
        }),
      ];
    }
  }
}

/** The texts of a report, some of which come from files of the bundle (reasons of exceptions, names of files). */
function cleaned(value: unknown): unknown {
  return typeof value === "string" ? withoutCredentials(redact(value)) : value;
}

/** One line for each exception and file. */
function acceptedBy({ excepted }: Applied): AcceptedException[] {
  const lines = excepted.map(({ finding, exception: { rule, expires, reason } }) => {
    const accepted = { rule, file: finding.place.file, until: expires, reason };
    return [JSON.stringify(accepted), accepted] as const;
  });
  return [...new Map(lines).values()];
}

function credentialFound(findings: readonly Finding[], { uploaded = false }: Stage): SecretlessError {
  const count = findings.length === 1 ? "1 finding" : `${String(findings.length)} findings`;
  const shown = findings.length > MOST ? ` The first ${String(MOST)} are shown.` : "";
  const [done, first] = uploaded
    ? ["It is in the workspace already: it came after the scan of what was planned.", "Revoke what was found"]
    : ["Nothing was uploaded.", "Revoke what was in a repository"];
  return new SecretlessError(uploaded ? "CREDENTIAL_UPLOADED" : "CREDENTIAL_FOUND", {
    problem: `The scan for static credentials has ${count}. ${done}${shown}`,
    remedy:
      `${first}, then write what each finding says. For what is no credential, name rule, path, fingerprint, a reason ` +
      `and a last day in ${EXCEPTIONS_FILE} (docs/scan.md).`,
    mistakes: findings.slice(0, MOST).map(findingMistake),
  });
}

function incomplete(findings: readonly Finding[], { uploaded = false }: Stage): SecretlessError {
  const count = findings.length === 1 ? "1 file" : `${String(findings.length)} files`;
  return new SecretlessError("SCAN_INCOMPLETE", {
    problem:
      `The scan cannot read ${count}, and \`scan: block\` passes nothing over. ` +
      (uploaded ? "It is in the workspace already." : "Nothing was uploaded."),
    remedy:
      "Do what each line says. For a file that has to be as it is, name rule, path, fingerprint, a reason and a last day in " +
      `${EXCEPTIONS_FILE} (docs/scan.md).`,
    mistakes: findings.slice(0, MOST).map(findingMistake),
  });
}

function exceptionsInvalid(mistakes: readonly Mistake[]): SecretlessError {
  return new SecretlessError("EXCEPTIONS_INVALID", {
    problem: `The exceptions of the scan in ${EXCEPTIONS_FILE} are not right. Nothing was uploaded.`,
    mistakes,
  });
}
