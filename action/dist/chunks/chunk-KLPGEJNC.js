import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  harmlessLines
} from "./chunk-MLVAGASE.js";
import {
  redact
} from "./chunk-UWXWV5QH.js";
import {
  SecretlessError,
  toSecretlessError
} from "./chunk-SFZ4L4OV.js";

// core/all-right.ts
async function allRight(work) {
  const results = await Promise.allSettled(work);
  const errors = results.flatMap(
    (result) => result.status === "rejected" ? [toSecretlessError(result.reason)] : []
  );
  const [first, ...others] = new Set(errors);
  if (first) throw together(first, others);
  return results.map((result) => result.value);
}
function together(first, others) {
  if (others.length === 0) return first;
  const rest = others.flatMap(({ code: code2, details, mistakes }) => [
    { ...details, problem: `${code2}: ${details.problem}` },
    ...mistakes
  ]);
  return new SecretlessError(first.code, {
    ...first.details,
    mistakes: [...first.mistakes, ...rest],
    cause: first.cause
  });
}

// package.json
var package_default = {
  name: "databricks-secretless",
  version: "0.1.0",
  private: true,
  description: "Deploy Databricks bundles from CI with no stored secret.",
  license: "Apache-2.0",
  type: "module",
  bin: {
    "databricks-secretless": "local/dist/databricks-secretless.js"
  },
  files: [
    "local/dist"
  ],
  engines: {
    node: ">=20.19"
  },
  scripts: {
    bench: "node --import tsx bench/main.ts",
    build: "node --import tsx scripts/build.ts",
    demo: "node --import tsx scripts/demo.ts",
    docs: "node --import tsx scripts/input-table.ts && node --import tsx scripts/scan-rules.ts",
    format: "prettier --write .",
    lint: "eslint .",
    prepare: "node --import tsx scripts/build-local.ts",
    test: "node --import tsx scripts/check.ts",
    "test:full": "node --import tsx scripts/check-full.ts",
    types: "tsc --noEmit"
  },
  dependencies: {
    "@actions/core": "3.0.1",
    "azure-pipelines-task-lib": "5.281.0",
    "https-proxy-agent": "9.1.0",
    jose: "6.2.17",
    "lossless-json": "4.3.3",
    yaml: "2.9.1"
  },
  devDependencies: {
    "@actions/languageservice": "0.3.61",
    "@eslint-community/regexpp": "4.12.3",
    "@eslint/js": "10.0.1",
    "@secretlint/core": "13.0.7",
    "@secretlint/secretlint-rule-preset-recommend": "13.0.7",
    "@types/mocha": "10.0.10",
    "@types/node": "20.19.43",
    "@types/sinon": "22.0.2",
    ajv: "8.20.0",
    c8: "12.0.0",
    esbuild: "0.28.2",
    eslint: "10.15.0",
    "fast-check": "4.10.2",
    fflate: "0.8.3",
    knip: "6.44.2",
    mocha: "12.0.3",
    prettier: "3.10.1",
    scslre: "0.3.0",
    sinon: "22.1.0",
    "tfx-cli": "0.23.1",
    tsx: "4.23.15",
    typescript: "6.0.3",
    "typescript-eslint": "8.73.0",
    "vscode-languageserver-textdocument": "1.0.16"
  }
};

// core/product.ts
var PRODUCT = { name: package_default.name, version: package_default.version };

// core/scan/finding.ts
import { createHmac } from "node:crypto";
var EMPTY_REPORT = {
  findings: [],
  unscanned: [],
  scopes: [],
  notes: [],
  files: 0,
  bytes: 0
};
function mergeReports(reports) {
  const findings = reports.flatMap((report) => report.findings);
  const key = ({ fingerprint: mark, place }) => `${mark} ${place.file}`;
  const written = new Set(findings.filter(({ setting }) => setting === void 0).map(key));
  return {
    findings: findings.filter((finding) => finding.setting === void 0 || !written.has(key(finding))),
    unscanned: reports.flatMap((report) => report.unscanned),
    scopes: reports.flatMap((report) => report.scopes),
    notes: [...new Set(reports.flatMap((report) => report.notes))],
    files: reports.reduce((sum, report) => sum + report.files, 0),
    bytes: reports.reduce((sum, report) => sum + report.bytes, 0)
  };
}
function fingerprint(value, repositoryId) {
  return createHmac("sha256", repositoryId).update(value, "latin1").digest("hex").slice(0, 12);
}
function redacted(value, prefix) {
  const known = prefix !== void 0 && value.toLowerCase().startsWith(prefix.toLowerCase()) ? prefix : "";
  return `${known}\u2026 (${value.length} characters)`;
}
function placeText({ place, member, cell, setting }) {
  const position = place.line === void 0 ? "" : `:${place.line}:${place.column ?? 1}`;
  const file = member === void 0 ? place.file : `${place.file}!${member}`;
  return `${file}${position}${cell === void 0 ? "" : ` (cell ${cell})`}${setting === void 0 ? "" : ` (${setting})`}`;
}
var HIDDEN = {
  base64: ", base64 encoded",
  hex: ", hex encoded",
  percent: ", percent encoded",
  concatenated: ", put together from pieces"
};
function findingMistake(finding) {
  const { rule, shown, via, fingerprint: mark } = finding;
  return {
    problem: `${rule.name}: ${shown}${via === void 0 ? "" : HIDDEN[via]}. ${rule.risk}`,
    actual: `${placeText(finding)}, rule ${rule.id}, fingerprint ${mark}`,
    remedy: rule.remedy,
    place: finding.place
  };
}

// core/report/markdown.ts
function escapeMarkdown(text) {
  return redact(text.replace(/[\s\p{Cc}]+/gu, " ")).replace(
    /[!-+.:-@[-`{-~]/g,
    (mark) => `&#${String(mark.charCodeAt(0))};`
  );
}
function code(text) {
  return `<code>${escapeMarkdown(text)}</code>`;
}
function link(text, url) {
  const label = escapeMarkdown(text);
  if (url === void 0 || !URL.canParse(url)) return label;
  const parsed = new URL(url);
  if (parsed.protocol !== "https:" && parsed.protocol !== "http:") return label;
  return `[${label}](<${parsed.href.replace(/[<>|\\]/g, encodeURIComponent)}>)`;
}
var MAX_ROWS = 200;
function table(head, rows) {
  const line = (cells) => `| ${cells.join(" | ")} |`;
  const shown = rows.slice(0, MAX_ROWS).map(line);
  const more = rows.length > MAX_ROWS ? [`
\u2026 and ${String(rows.length - MAX_ROWS)} more.`] : [];
  return [line(head), line(head.map(() => "---")), ...shown, ...more].join("\n");
}
function fenced(text) {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}text
${harmlessLines(text).join("\n")}
${fence}`;
}

// core/report/error-text.ts
function placeText2(place) {
  return [place.file, place.line, place.line === void 0 ? void 0 : place.column].filter((part) => part !== void 0).join(":");
}
function detailLines(mistake, indent) {
  const fields = [
    ["at", mistake.place && placeText2(mistake.place)],
    ["wanted", mistake.expected],
    ["found", mistake.actual],
    ["to do", mistake.remedy]
  ];
  return fields.flatMap(
    ([label, value]) => value === void 0 ? [] : `${label}: ${value}`.split("\n").map((line, at) => indent + (at === 0 ? line : `  ${line}`))
  );
}
function mistakeText(mistake, bullet = "") {
  return [
    bullet + mistake.problem,
    ...detailLines(mistake, bullet.replace(/\S/g, " ") + (bullet ? "" : "  "))
  ].join("\n");
}
function errorText(error) {
  const [first = "", ...details] = mistakeText(error.details).split("\n");
  return [
    `${error.code}: ${first}`,
    ...error.mistakes.map((mistake) => mistakeText(mistake, "  - ")),
    ...details,
    `  more: docs/troubleshooting.md#${error.code.toLowerCase()}`
  ].join("\n");
}

// core/report/scan-section.ts
var count = (number, one) => `${String(number)} ${one}${number === 1 ? "" : "s"}`;
function scanLine({ report, stopping, others, accepted }) {
  const { files, bytes, unscanned } = report;
  const skipped = unscanned.filter(({ harmless }) => !harmless).length;
  const findings = stopping.length + others.length;
  return [
    `${count(files, "file")} (${(bytes / 1e6).toFixed(1)} MB)`,
    findings === 0 ? "nothing found" : count(findings, "finding"),
    ...stopping.length > 0 && others.length > 0 ? [`${String(stopping.length)} of them stop the run`] : [],
    ...accepted > 0 ? [`${String(accepted)} accepted`] : [],
    ...skipped > 0 ? [`${String(skipped)} not scanned`] : []
  ].join(", ");
}
function scanSection(facts) {
  const { others, report } = facts;
  const row = (finding) => [
    escapeMarkdown(`${finding.rule.name}: ${finding.shown}`),
    code(placeText(finding)),
    escapeMarkdown(finding.rule.risk),
    escapeMarkdown(finding.rule.remedy),
    `${code(finding.rule.id)} ${code(finding.fingerprint)}`
  ];
  const unscanned = report.unscanned.filter(({ harmless }) => !harmless);
  const head = ["Found", "Where", "Who can use it", "Write instead", "Rule, fingerprint"];
  const skipped = unscanned.map(({ file, member, reason }) => [
    code(member === void 0 ? file : `${file}!${member}`),
    escapeMarkdown(reason)
  ]);
  return [
    "### Static credentials",
    escapeMarkdown(`${scanLine(facts)}.`),
    ...others.length > 0 ? [table(head, others.map(row))] : [],
    ...skipped.length > 0 ? [table(["Not scanned", "Why"], skipped)] : [],
    ...report.notes.map((note) => `- ${escapeMarkdown(note)}`)
  ].join("\n\n");
}

export {
  allRight,
  together,
  escapeMarkdown,
  code,
  link,
  table,
  fenced,
  PRODUCT,
  mistakeText,
  errorText,
  EMPTY_REPORT,
  mergeReports,
  fingerprint,
  redacted,
  placeText,
  findingMistake,
  scanLine,
  scanSection
};
