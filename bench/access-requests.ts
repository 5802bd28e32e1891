/**
 * How many requests the access of 1,000 unchanged jobs takes: a principal each, in declared groups on 10 credentials,
 * pages of 100. Requests that read grants, and those of the proof, counted apart.
 */
import { applyAccess } from "../core/access/apply/apply.ts";
import {
  accessFileOf,
  bundleOf,
  options,
  principalOf,
  requestOf,
  workspaceWith,
} from "../test/unit/access/setup.ts";
import { spread } from "./statistics.ts";
import type { Figure } from "./table.ts";

const JOBS = 1000;
const CREDENTIALS = 10;

/** Requests by what they ask for. */
async function accessRequests(): Promise<ReadonlyMap<string, number>> {
  const jobs = Array.from({ length: JOBS }, (_, index) => ({
    key: `job_${index}`,
    principal: principalOf(index),
    id: String(index + 1),
  }));
  const nameOf = (index: number): string => `cred-${index % CREDENTIALS}`;
  const access = accessFileOf(jobs.map(({ key }, index) => [key, "read", nameOf(index)]));
  const groups = Array.from({ length: CREDENTIALS }, (_, group) =>
    jobs.filter((_job, index) => index % CREDENTIALS === group).map(({ key }) => key),
  );
  const policy = `version: 1\nshared_principals: ${JSON.stringify(groups)}\nrules: [{ name: all, effect: allow }]\n`;
  const fake = workspaceWith(
    jobs,
    Array.from({ length: CREDENTIALS }, (_, index) => nameOf(index)),
  );
  const request = requestOf({ fake, bundle: bundleOf(jobs), access, policy });
  await applyAccess(request, options());
  fake.requests.length = 0;
  await applyAccess(request, options());
  const counts = new Map<string, number>();
  for (const line of fake.requests) {
    const kind = KINDS.find(([, pattern]) => pattern.test(line))?.[0] ?? "other";
    counts.set(kind, (counts.get(kind) ?? 0) + 1);
  }
  return counts;
}

const KINDS: readonly (readonly [string, RegExp])[] = [
  ["grants: permissions of the credentials", /GET .*\/unity-catalog\/permissions\//],
  ["writes", /^(?!GET )/],
  ["access state", /\/workspace\/export/],
  ["proof: credentials and effective permissions", /\/unity-catalog\//],
  [
    "proof: jobs, pipelines, apps, endpoints (by pages)",
    /\/(?:jobs\/list|pipelines|apps|serving-endpoints)$/,
  ],
  ["proof: who the caller is, ids of principals, admins (by pages)", /\/scim\//],
  ["proof: tokens, what admins may (once)", /\/token-management\/|\/settings\/types\//],
  [
    "proof: rule sets, secrets, federation policies (by principal)",
    /\/(?:rule-sets|secrets|federationPolicies)$/,
  ],
  ["proof: jobs that no listing shows whole", /\/jobs\/get$/],
  ["proof: who may change the job (by job)", /\/permissions\/jobs\//],
  ["proof: who may change their code (by path)", /\/api\/2\.0\/(?:permissions|workspace)\//],
];

/** The counts as figures; at most 40 requests may read grants, and none may write. */
export async function accessFigures(): Promise<Figure[]> {
  const counts = await accessRequests();
  return KINDS.map(([kind]): Figure => ({
    name: `access of ${JOBS} unchanged jobs: ${kind}`,
    unit: "requests",
    spread: spread([counts.get(kind) ?? 0]),
    ...(kind.startsWith("grants") && { goal: 40 }),
    ...(kind === "writes" && { goal: 0 }),
    // One for each job and three for each principal, for which the API has no listing; else pages.
    ...(kind === "proof: jobs that no listing shows whole" && { goal: 0 }),
    ...(kind.endsWith("(by job)") && { goal: JOBS }),
    ...(kind.endsWith("(by principal)") && { goal: 3 * JOBS }),
    ...(kind.endsWith("(by pages)") && { goal: JOBS / 50 }),
  }));
}
