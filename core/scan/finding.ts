import { createHmac } from "node:crypto";
import type { Unscanned } from "../bundle/sync-files.ts";
import type { Mistake, Place } from "../base/errors.ts";
import type { Encoding } from "./detect/encoded-forms.ts";
import { UNSCANNED_RULE } from "./rules/practices.ts";
import type { RuleInfo } from "./rules/rule.ts";

/** One credential, or one setting that needs one. Never holds the value itself. */
export interface Finding {
  readonly rule: RuleInfo;
  /** `error` blocks a deployment; `warning` is a way of signing in that has a secretless successor. */
  readonly level: "error" | "warning";
  /** `file` is relative to the checkout; lines and columns count from 1, columns in UTF-16 units. */
  readonly place: Place;
  /** Column after the last character, where it ends on the line it starts on. */
  readonly endColumn?: number;
  /** Path inside an archive, such as `pkg/load.py` or `inner.zip!pkg/load.py`. */
  readonly member?: string;
  /** Cell of a notebook, from 1. */
  readonly cell?: number;
  /** Path in the resolved configuration, such as `resources.jobs.nightly.tasks[0].spark_env_vars.TOKEN`. */
  readonly setting?: string;
  /** Public prefix and length, such as `dapi… (36 characters)`. */
  readonly shown: string;
  /** See {@link fingerprint}. */
  readonly fingerprint: string;
  readonly via?: Encoding | "concatenated";
}

/** Where something names a Databricks secret scope. */
export interface SecretScopeUse {
  readonly scope: string;
  readonly place: Place;
  readonly setting?: string;
}

export interface ScanReport {
  readonly findings: readonly Finding[];
  readonly unscanned: readonly Unscanned[];
  readonly scopes: readonly SecretScopeUse[];
  /** What the reader must know of the scan itself, such as variables that were not resolved. */
  readonly notes: readonly string[];
  readonly files: number;
  readonly bytes: number;
}

export const EMPTY_REPORT: ScanReport = {
  findings: [],
  unscanned: [],
  scopes: [],
  notes: [],
  files: 0,
  bytes: 0,
};

/** One report of several; a value that the resolved configuration has from a file is reported at the file alone. */
export function mergeReports(reports: readonly ScanReport[]): ScanReport {
  const findings = reports.flatMap((report) => report.findings);
  const key = ({ fingerprint: mark, place }: Finding): string => `${mark} ${place.file}`;
  const written = new Set(findings.filter(({ setting }) => setting === undefined).map(key));
  return {
    findings: findings.filter((finding) => finding.setting === undefined || !written.has(key(finding))),
    unscanned: reports.flatMap((report) => report.unscanned),
    scopes: reports.flatMap((report) => report.scopes),
    notes: [...new Set(reports.flatMap((report) => report.notes))],
    files: reports.reduce((sum, report) => sum + report.files, 0),
    bytes: reports.reduce((sum, report) => sum + report.bytes, 0),
  };
}

/** HMAC-SHA256 (RFC 2104) of a value, keyed with the repository's own id, cut to 12 hex digits: stable within a repository. */
export function fingerprint(value: string, repositoryId: string): string {
  return createHmac("sha256", repositoryId).update(value, "latin1").digest("hex").slice(0, 12);
}

/**
 * What could not be scanned, and would be uploaded, as findings: so it can be excepted. The fingerprint is that of the
 * place and the reason, for archives are built anew, with other bytes, by each deployment.
 */
export function unscannedFindings({ unscanned }: ScanReport, repositoryId: string): Finding[] {
  return unscanned
    .filter(({ harmless }) => !harmless)
    .map(({ file, member, reason }) => ({
      rule: UNSCANNED_RULE,
      level: "error",
      place: { file },
      ...(member !== undefined && { member }),
      shown: reason,
      fingerprint: fingerprint(
        Buffer.from(`${file}!${member ?? ""}: ${reason}`).toString("latin1"),
        repositoryId,
      ),
    }));
}

/** What may be shown of a value: the prefix that all of its kind share, and its length. */
export function redacted(value: string, prefix: string | undefined): string {
  const known = prefix !== undefined && value.toLowerCase().startsWith(prefix.toLowerCase()) ? prefix : "";
  return `${known}… (${value.length} characters)`;
}

/** Where a finding is, as people read it: `load.whl!pkg/load.py:3:9 (cell 2)`. */
export function placeText({ place, member, cell, setting }: Finding): string {
  const position = place.line === undefined ? "" : `:${place.line}:${place.column ?? 1}`;
  const file = member === undefined ? place.file : `${place.file}!${member}`;
  return `${file}${position}${cell === undefined ? "" : ` (cell ${cell})`}${setting === undefined ? "" : ` (${setting})`}`;
}

const HIDDEN = {
  base64: ", base64 encoded",
  hex: ", hex encoded",
  percent: ", percent encoded",
  concatenated: ", put together from pieces",
} as const;

/** The finding as log, annotation and summary show it; render with the error text of core/report. */
export function findingMistake(finding: Finding): Mistake {
  const { rule, shown, via, fingerprint: mark } = finding;
  return {
    problem: `${rule.name}: ${shown}${via === undefined ? "" : HIDDEN[via]}. ${rule.risk}`,
    actual: `${placeText(finding)}, rule ${rule.id}, fingerprint ${mark}`,
    remedy: rule.remedy,
    place: finding.place,
  };
}
