/**
 * A name as words in lower case joined by `_`: `spark.s3a.secretKey`, `S3A_SECRET_KEY` and `s3a-secret-key` read alike.
 * Trailing words that say nothing of what the value is (`value`, `prod`, numbers) are dropped.
 */
export function normaliseName(name: string): string {
  const words = name
    .replace(/([a-z]\d{0,3})([A-Z])/g, "$1_$2")
    .replace(/([A-Z]{2,20})([A-Z][a-z])/g, "$1_$2")
    .toLowerCase()
    .split(/[^a-z0-9]{1,20}/)
    .filter((word) => word !== "");
  while (words.length > 1 && FILLERS.test(words[words.length - 1] ?? "")) words.pop();
  return words.join("_").replace(/\d{1,4}$/, "");
}

const FILLERS =
  /^(?:value|val|str|string|plain|plaintext|text|literal|default|raw|clear|dev|test|tst|qa|uat|int|stg|stage|staging|prd|prod|production|live|eu|us|\d{1,6}|primary|secondary|old|new|current|env|var|param|com|net|windows|core|dfs|blob)$/;

/** Names that end like a secret's and are something else: paging, idempotency, language models, tests of equality. */
const HARMLESS =
  /(?:^|_)(?:idempotency|page|paging|next|next_page|prev|previous|continuation|pagination|cursor|sync|resume|delta|change|csrf|xsrf|authenticity|antiforgery|pad|eos|bos|unk|sep|cls|mask|special|stop|start|end|begin|image|text|word|sub|oov|max|min|num|total|avg|input|output|prompt|completion|cached|reasoning|per|count|public|pub|partition|sort|foreign|hash|lock|fencing|concurrency|client_request|request|dedup|duplicate|verb|lex|syntax|design|reset|forgot|show|hide|confirm|no|has|is|use|with|without|require|required|enable|enabled|disable|allow|validate|check|verify|invalid|wrong|bad|missing|empty)_(?:(?:page|forward|backward|new|request|sequence|word|text|id|count|length|index|default|sort|cache)_)?(?:token|tokens|key|secret|password|pwd|passwd|pass|pat|credential|credentials)$|(?:^|_)encrypted_credentials?$|(?:by|bypass|compass|first_pass|second_pass|multi_?pass|single_pass|low_pass|high_pass|band_pass|one_pass|two_pass|(?:^|_)(?:backward|forward)_pass)$/;

/** True if a name of this kind never holds a credential although its last word sounds so. */
export function isHarmlessName(normalised: string): boolean {
  return HARMLESS.test(normalised);
}
