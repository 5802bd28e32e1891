/** How Databricks says that an address may not come in (docs.databricks.com, "Manage IP access lists"). */
const BLOCKED =
  /\bIP ACL\b|\bIP access list|\b(?:source )?IP (?:address )?[\da-f.:]*\s*(?:is|was) (?:not allowed|blocked)/i;
const ADDRESS = /\b(?:\d{1,3}(?:\.\d{1,3}){3}|[\da-f]{1,4}(?::[\da-f]{0,4}){2,7})\b/i;

/**
 * What to do about an answer that refuses the runner's address; undefined for any other answer.
 * @param text the answer's own words
 */
export function ipAccessRemedy(text: string): string | undefined {
  if (!BLOCKED.test(text)) return undefined;
  const address = ADDRESS.exec(text)?.[0] ?? "<address of the runner>";
  return (
    `An IP access list keeps this runner out (${address}). Let the job run on a runner whose address is on the list (self-hosted, ` +
    "or a hosted one with fixed addresses), or let an admin add the address, for the workspace, and for the account if its list " +
    "says no:\n" +
    `databricks ip-access-lists create --json '{"label":"CI runners","list_type":"ALLOW","ip_addresses":["${address}"]}'\n` +
    `databricks account ip-access-lists create --json '{"label":"CI runners","list_type":"ALLOW","ip_addresses":["${address}"]}'`
  );
}
