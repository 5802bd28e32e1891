/**
 * How values stand in a file: `config` writes them bare (`password: abc`), `code` and `data` only in quotes, `text` is
 * prose.
 */
export type FileKind = "config" | "code" | "data" | "text";

const CONFIG =
  /\.(?:ya?ml|properties|conf|cfg|cnf|ini|env|toml|tfvars|sh|bash|zsh|ksh|ps1|psm1|bat|cmd|netrc|pgpass|pypirc|npmrc|databrickscfg|hocon|sql\.tpl|service|secrets?|credentials|keys?)$/;
const CONFIG_NAMES =
  /^(?:\.?env(?:\..{1,20})?|\.?(?:netrc|pgpass|pypirc|npmrc|databrickscfg)|my\.cnf|credentials|config|\.dockercfg|pip\.conf|(?:.{1,40}\.)?dockerfile(?:\..{1,40})?|makefile|procfile)$/;
const DATA = /\.(?:json|ipynb|jsonl|ndjson|geojson|csv|tsv|parquet|avro|orc|xml|lvdash|har|tfstate|plist)$/;
const TEXT = /\.(?:md|markdown|rst|txt|html?|log|adoc|tex)$/;

/** By name alone: the scan never trusts content to say how it is to be read. */
export function fileKind(path: string): FileKind {
  const name = path.slice(path.lastIndexOf("/") + 1).toLowerCase();
  if (CONFIG.test(name) || CONFIG_NAMES.test(name)) return "config";
  if (DATA.test(name)) return "data";
  if (TEXT.test(name)) return "text";
  return "code";
}
