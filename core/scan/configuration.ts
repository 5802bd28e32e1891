import type { Place } from "../base/errors.ts";
import { detect, matchNamed } from "./detect/detector.ts";
import {
  EMPTY_REPORT,
  fingerprint,
  redacted,
  type Finding,
  type ScanReport,
  type SecretScopeUse,
} from "./finding.ts";
import { withoutOverlaps, type Match } from "./detect/match.ts";
import type { RuleInfo } from "./rules/rule.ts";
import { PRACTICES } from "./rules/practices.ts";
import type { BundleFile } from "../bundle/files.ts";
import { itemKeyOf, YamlPlaces, type SettingPath } from "../bundle/places.ts";

export interface ConfigurationOptions {
  readonly target: string;
  readonly repositoryId: string;
  /** The bundle's files, for the places of findings. */
  readonly sources: readonly BundleFile[];
  /** What is named where a setting is written in no file, such as `databricks.yml`. */
  readonly fallback: Place;
}

/**
 * Scans resolved configuration: the parsed output of `databricks bundle plan -o json` and of `summary -o json`. Every
 * string of every resource is looked at, with the name it has there: the summary has all of them, and the plan has what
 * would be sent of those that change.
 */
export function scanConfiguration(
  plan: unknown,
  summary: unknown,
  options: ConfigurationOptions,
): ScanReport {
  const scan = new ConfigurationScan(options);
  for (const section of DEPLOYED) {
    const value = member(summary, section);
    if (value !== undefined) scan.walk(value, [section], new Map());
  }
  for (const [resource, entry] of Object.entries(member(plan, "plan") ?? {})) {
    const value = member(member(entry, "new_state"), "value");
    if (value !== undefined) scan.walk(value, resource.split("."), new Map());
  }
  const { findings, scopes, strings, bytes } = scan;
  return {
    ...EMPTY_REPORT,
    findings,
    scopes,
    files: 0,
    bytes,
    notes: [`settings of the resolved configuration that were scanned: ${strings}`],
  };
}

/** What of the configuration is sent to the workspace: in the settings of resources, as tags, as metadata of the bundle. */
const DEPLOYED = ["resources", "bundle", "workspace", "presets"] as const;

function member(value: unknown, key: string): object | undefined {
  if (typeof value !== "object" || value === null || !Object.hasOwn(value, key)) return undefined;
  const found: unknown = (value as Record<string, unknown>)[key];
  return typeof found === "object" && found !== null ? found : undefined;
}

class ConfigurationScan {
  readonly findings: Finding[] = [];
  readonly scopes: SecretScopeUse[] = [];
  strings = 0;
  bytes = 0;
  /** Texts that were looked at, by setting: a resource stands in plan and summary. */
  readonly #seen = new Set<string>();
  readonly #keys = new Set<string>();
  readonly #options: ConfigurationOptions;
  readonly #places: YamlPlaces;

  constructor(options: ConfigurationOptions) {
    this.#options = options;
    this.#places = new YamlPlaces(options.sources, options.target);
  }

  walk(value: unknown, path: SettingPath, itemKeys: ReadonlyMap<number, string>): void {
    if (typeof value === "string") this.#text(value, path, itemKeys);
    else if (Array.isArray(value)) this.#list(value, path, itemKeys);
    else if (typeof value === "object" && value !== null) {
      const named = pairOf(value);
      for (const [key, inner] of Object.entries(value)) {
        this.#key(key, path, itemKeys);
        const isPair = named !== undefined && inner === named.value;
        if (isPair) this.#text(named.value, [...path, key], itemKeys, named.name);
        else this.walk(inner, [...path, key], itemKeys);
      }
    }
  }

  /** Keys are sent as well: of tags, of parameters, of resources. Their findings stand where their mapping does. */
  #key(key: string, path: SettingPath, itemKeys: ReadonlyMap<number, string>): void {
    if (this.#keys.has(key)) return;
    this.#keys.add(key);
    const bytes = Buffer.from(key);
    const text = bytes.toString("latin1");
    for (const { rule, value } of detect(bytes, text, {
      kind: "code",
      binary: true,
      from: 0,
      to: text.length,
    })) {
      const mark = fingerprint(value, this.#options.repositoryId);
      const shown = `${redacted(value, rule.type === "format" ? rule.prefix : undefined)} in a key`;
      this.#add(rule, "error", path, itemKeys, { shown, fingerprint: mark });
    }
  }

  #list(list: readonly unknown[], path: SettingPath, itemKeys: ReadonlyMap<number, string>): void {
    list.forEach((item, index) => {
      const key = itemKeyOf(item);
      const keys = key === undefined ? itemKeys : new Map([...itemKeys, [path.length, key]]);
      // A flag gives the next argument its name: ["--password", "…"].
      const before: unknown = list[index - 1];
      const flag =
        typeof before === "string" && before.startsWith("--") && !before.includes("=") ? before : undefined;
      if (typeof item === "string") this.#text(item, [...path, index], keys, flag ?? "");
      else this.walk(item, [...path, index], keys);
    });
  }

  #text(
    text: string,
    path: SettingPath,
    itemKeys: ReadonlyMap<number, string>,
    name = String(path[path.length - 1]),
  ): void {
    const seen = JSON.stringify([path, text]);
    if (this.#seen.has(seen)) return;
    this.#seen.add(seen);
    this.strings++;
    this.bytes += text.length;
    const bytes = Buffer.from(text);
    const found: Match[] = [];
    const onScope = (scope: string): void => {
      this.scopes.push({ scope, place: this.#place(path, itemKeys), setting: settingText(path) });
    };
    found.push(
      ...detect(bytes, bytes.toString("latin1"), {
        kind: "code",
        binary: false,
        from: 0,
        to: bytes.length,
        onScope,
      }),
    );
    const named = matchNamed(name, text);
    if (named !== null) found.push(named);
    for (const { rule, value, via } of withoutOverlaps(found)) {
      const shown = redacted(value, rule.type === "format" ? rule.prefix : undefined);
      const mark = fingerprint(value, this.#options.repositoryId);
      this.#add(rule, "error", path, itemKeys, {
        shown,
        fingerprint: mark,
        ...(via !== undefined && { via }),
      });
    }
    const practice = text === "" ? undefined : PRACTICES.find((candidate) => candidate.setting.test(name));
    if (practice !== undefined) {
      this.#add(practice, "warning", path, itemKeys, {
        shown: name,
        fingerprint: fingerprint(settingText(path), ""),
      });
    }
  }

  #add(
    rule: RuleInfo,
    level: Finding["level"],
    path: SettingPath,
    itemKeys: ReadonlyMap<number, string>,
    what: Pick<Finding, "shown" | "fingerprint" | "via">,
  ): void {
    this.findings.push({
      rule,
      level,
      place: this.#place(path, itemKeys),
      setting: settingText(path),
      ...what,
    });
  }

  #place(path: SettingPath, itemKeys: ReadonlyMap<number, string>): Place {
    return this.#places.find(path, itemKeys) ?? this.#options.fallback;
  }
}

/** A value that is named by its sibling: job parameters and environment variables. */
function pairOf(value: object): { name: string; value: string } | undefined {
  const entries = value as Record<string, unknown>;
  const name = entries["name"] ?? entries["key"];
  const given = entries["default"] ?? entries["value"];
  return typeof name === "string" && typeof given === "string" ? { name, value: given } : undefined;
}

function settingText(path: SettingPath): string {
  return path
    .map((part, index) => (typeof part === "number" ? `[${part}]` : index === 0 ? part : `.${part}`))
    .join("");
}
