import { isCounted } from "./entropy.ts";

/** Ways to name a secret that is kept elsewhere: a Databricks secret, a variable, an environment look-up, a vault. */
const REFERENCES: readonly RegExp[] = [
  /\{\{[^}]{0,200}\}\}/,
  /\$\{[^}]{0,200}\}/,
  /\$\([^)]{0,200}\)/,
  /\$\[[^\]]{0,200}\]/,
  /^\$[A-Za-z_]\w{0,100}$/,
  /^\$env:/i,
  /^%[A-Za-z_][\w.]{0,100}%$/,
  /^%\(?[\w.]{0,60}\)?s$/,
  /#\{[^}]{0,100}\}/,
  /^\{[\w.[\]'"]{0,100}\}$/,
  /^<[^>]{0,100}>?$/,
  /^\[[^\]]{0,100}\]$/,
  /^__[A-Za-z]\w{0,80}__$/,
  /^@Microsoft\.KeyVault\(/i,
  /^(?:arn:aws|projects\/[^/]{1,80}\/secrets\/|secrets?\/|secrets?:\/\/|op:\/\/|vault:|akv:|ssm:|kv\/|keyvault:|env:|file:|dbfs:|ref\+)/i,
  /^(?:dbutils|os\.(?:environ|getenv)|System\.getenv|Sys\.getenv|process\.env|getenv|environ|spark\.conf|secrets?|var|vars|local|data|module|self|args|params|config|conf|settings|options|context|inputs|env|parameters|credentials?|widgets?|dotenv)[.([]/,
  /^(?:ENC|AES|KMS|CRYPT)\[/i,
  /^!(?:vault|Ref|Sub|GetAtt|secret)\b/i,
  // Expressions of Data Factory and Synapse: `@parameters('…')`, `@{linkedService().…}`, `@pipeline().…`.
  /^@(?:\{|[A-Za-z]{1,40}\()/,
];

/** Values that documentation, samples and images ship with: everybody knows them. */
const KNOWN_EXAMPLES = new Set([
  "AKIAIOSFODNN7EXAMPLE",
  "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
  // The Azure Storage emulator's and the Cosmos DB emulator's published keys (learn.microsoft.com).
  "Eby8vdM02xNOcqFlqUwJPLlmEtlCDXJ1OUzFT50uSRZ6IFsuFq2UVErCz4I6tq/K1SZFPTOtr/KBHBeksoGMGw==",
  "C2y6yDjf5/R+ob0N8A7Cgv30VRDJIWEHLM+4QDU5DE2nQ9nDuVTqobD4b8mGGyPMbIZnqyMsEcaGQy67XIw/Jw==",
]);

const PLACEHOLDER_PARTS =
  /example|sample|placeholder|change[-_ ]?(?:me|it|this)|(?:^|[^a-z])your(?:[^a-z]|$)|your(?:password|token|secret|key|user|pass)|\bmy[-_]?(?:password|secret|token|key)\b|dummy|(?:^|[^a-z])fake|mock[-_]|x{4,}|\*{3,}|\.{3}|•{2,}|todo|fixme|redacted|masked|replace[-_ ]?(?:me|with)|insert[-_ ]|put[-_ ]your|enter[-_ ]|to[-_ ]?be[-_ ]|not[-_ ]?(?:a[-_ ])?real|no[-_ ]?secret|do[-_ ]?not[-_ ]?use|deadbeef|hidden|obfuscated|sanitized|<[a-z]/i;

const WORTHLESS =
  /^(?:pass(?:word|wd)?\d{0,4}[!.]?|passw0rd|p@ss(?:w[o0]rd)?\d{0,3}!?|pwd\d{0,3}|secrets?\d{0,3}|tokens?|admin\d{0,3}|root|test(?:ing|er)?\d{0,4}|guest|postgres|mysql|user(?:name)?\d{0,3}|none|null|nil|true|false|undefined|string|text|str|optional|required|default|empty|unknown|anonymous|n\/a|na|foo(?:bar)?\d{0,3}|bar|baz|qwerty|letmein|abc\d{0,6}|changeit|development|prod(?:uction)?|staging|bearer|basic|oauth|azuread|value|hello(?:world)?|welcome\d?|trustno1|supersecret(?:password)?\d{0,3}|databricks|spark|(?:token|test|secret)-?value|apikey|api-key|pat)$/i;

/** True if `value` only says where a secret is kept. */
export function isReference(value: string): boolean {
  return REFERENCES.some((pattern) => pattern.test(value));
}

/** True if `value` stands for a secret that the reader is meant to fill in, or is one that everybody knows. */
export function isPlaceholder(value: string): boolean {
  return (
    KNOWN_EXAMPLES.has(value) || WORTHLESS.test(value) || PLACEHOLDER_PARTS.test(value) || isCounted(value)
  );
}
