import { placeText, type Finding, type ScanReport } from "./finding.ts";
import type { Exception } from "./exceptions.ts";
import { OWASP_ITEMS, type RuleInfo } from "./rules/rule.ts";

/** SARIF 2.1.0 (OASIS), as far as this product writes it. */
export interface SarifLog {
  readonly $schema: string;
  readonly version: "2.1.0";
  readonly runs: readonly object[];
}

export interface SarifOptions {
  readonly version: string;
  /** Findings that are accepted: listed as suppressed. */
  readonly excepted?: readonly { readonly finding: Finding; readonly exception: Exception }[];
}

function sarifRule(rule: RuleInfo): object {
  const owasp = OWASP_ITEMS[rule.owasp];
  return {
    id: rule.id,
    name: rule.name,
    shortDescription: { text: rule.name },
    fullDescription: { text: rule.risk },
    help: {
      text: `${rule.risk} ${rule.remedy} (OWASP ${owasp})`,
      markdown: `${rule.risk}\n\n**Instead:** ${rule.remedy}\n\nOWASP ${owasp}`,
    },
    defaultConfiguration: { level: "error" },
    properties: {
      tags: ["security", "secret", `OWASP/${rule.owasp}`],
      precision: "high",
      "security-severity": "8.0",
    },
  };
}

/** A relative reference (RFC 3986) to a file of the checkout. */
function uri(file: string): string {
  return file.split("/").map(encodeURIComponent).join("/");
}

function sarifResult(finding: Finding, ruleIndex: number, exception: Exception | undefined): object {
  const { rule, level, place, endColumn, member, setting, shown, fingerprint } = finding;
  const { line, column } = place;
  const region =
    line === undefined
      ? {}
      : {
          region: {
            startLine: line,
            startColumn: column ?? 1,
            ...(endColumn !== undefined && { endColumn }),
          },
        };
  const logical = member ?? setting;
  return {
    ruleId: rule.id,
    ruleIndex,
    level,
    message: { text: `${rule.name}: ${shown} in ${placeText(finding)}. ${rule.risk} ${rule.remedy}` },
    locations: [
      {
        physicalLocation: { artifactLocation: { uri: uri(place.file), uriBaseId: "%SRCROOT%" }, ...region },
        ...(logical !== undefined && { logicalLocations: [{ fullyQualifiedName: logical }] }),
      },
    ],
    partialFingerprints: { "secretless/v1": fingerprint },
    ...(exception !== undefined && {
      suppressions: [
        {
          kind: "external",
          status: "accepted",
          justification: `${exception.reason} (until ${exception.expires})`,
        },
      ],
    }),
  };
}

/** A report for code scanning: one run, the rules that have results, what was not scanned as notifications. */
export function toSarif(report: ScanReport, options: SarifOptions): SarifLog {
  const results = [
    ...report.findings.map((finding) => ({ finding, exception: undefined })),
    ...(options.excepted ?? []),
  ];
  const rules = [...new Map(results.map(({ finding }) => [finding.rule.id, finding.rule])).values()];
  const index = new Map(rules.map((rule, position) => [rule.id, position]));
  const notifications = report.unscanned.map(({ file, member, reason, harmless }) => ({
    level: harmless ? "note" : "warning",
    message: { text: `Not scanned: ${member === undefined ? file : `${file}!${member}`}: ${reason}` },
    locations: [{ physicalLocation: { artifactLocation: { uri: uri(file), uriBaseId: "%SRCROOT%" } } }],
  }));
  return {
    $schema: "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Databricks Secretless",
            version: options.version,
            rules: rules.map(sarifRule),
          },
        },
        invocations: [{ executionSuccessful: true, toolExecutionNotifications: notifications }],
        columnKind: "utf16CodeUnits",
        results: results.map(({ finding, exception }) =>
          sarifResult(finding, index.get(finding.rule.id) ?? 0, exception),
        ),
      },
    ],
  };
}
