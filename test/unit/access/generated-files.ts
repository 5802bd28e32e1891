import assert from "node:assert/strict";
import fc from "fast-check";
import { stringify } from "yaml";
import { applyAccess } from "../../../core/access/apply/apply.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import { bundleOf, options, principalOf, requestOf, workspaceWith, type JobSetup } from "./setup.ts";

const JOBS: readonly JobSetup[] = [0, 1, 2].map((index) => ({
  key: `job_${index}`,
  principal: principalOf(index),
  id: String(index + 1),
}));
const CREDENTIALS = ["cred-x", "cred-1", "hr", "prod-data"];

/** Mostly right values, with everything else that a person or an attacker may write in between. */
const mostly = <T>(good: fc.Arbitrary<T>): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 200, arbitrary: good },
    { weight: 1, arbitrary: fc.anything({ maxDepth: 2, maxKeys: 2 }) },
  );
const credential = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom(...CREDENTIALS, "cred-${var.suffix}", "${bundle.target}-data") },
  {
    weight: 1,
    arbitrary: fc.constantFrom("*", "cred-*", "${var.nested}", "../hr", "hr ", "HR", "${var.complex}"),
  },
);
const until = fc.oneof(
  { weight: 20, arbitrary: fc.constantFrom("2027-01-01", "2028-12-31") },
  { weight: 1, arbitrary: fc.constantFrom("2020-01-01", "2027-02-30") },
);
const entry = fc.record(
  {
    purpose: mostly(fc.constantFrom("a", "b", "c")),
    unity_catalog_credential: mostly(credential),
    targets: mostly(fc.subarray(["prod", "dev"], { minLength: 1 })),
    until: mostly(until),
  },
  { requiredKeys: ["purpose", "unity_catalog_credential"] },
);
const accessFile = fc.record({
  version: mostly(fc.constant(1)),
  jobs: mostly(
    fc.dictionary(
      fc.oneof(
        { weight: 30, arbitrary: fc.constantFrom("job_0", "job_1", "job_2") },
        { weight: 1, arbitrary: fc.constant("job_9") },
      ),
      mostly(fc.uniqueArray(entry, { minLength: 1, maxLength: 2, selector: ({ purpose }) => purpose })),
    ),
  ),
});
const pattern = fc.constantFrom("job_*", "job_0", "*", "hr", "cred-*", "a");
const rule = fc.record(
  {
    effect: fc.constantFrom("allow", "allow", "allow", "deny"),
    job: mostly(pattern),
    resource: mostly(pattern),
    when: mostly(fc.constantFrom({}, {}, { scope: "unproven" }, { ref: "refs/heads/main" })),
  },
  { requiredKeys: ["effect"] },
);
const policyFile = fc.option(
  fc.record({
    version: fc.constant(1),
    rules: mostly(
      fc
        .array(rule, { minLength: 1, maxLength: 4 })
        .map((rules) => rules.map((one, index) => ({ name: `r${index}`, ...one }))),
    ),
    shared_principals: fc.constant([["job_0", "job_1", "job_2"]]),
  }),
);
const text = (value: unknown): string => {
  try {
    return stringify(value, { aliasDuplicateObjects: false });
  } catch {
    return "{";
  }
};

/** Every grant that these files name exactly, as "credential principal". */
function named(access: unknown): Set<string> {
  const lines = new Set<string>();
  const jobs = (access as { jobs?: Record<string, unknown> }).jobs ?? {};
  for (const { key, principal = "" } of JOBS) {
    const entries = Object.hasOwn(jobs, key) ? jobs[key] : [];
    for (const one of Array.isArray(entries) ? (entries as unknown[]) : []) {
      const name = (one as { unity_catalog_credential?: unknown } | null)?.unity_catalog_credential;
      if (typeof name !== "string") continue;
      lines.add(`${name.replace("${var.suffix}", "x").replace("${bundle.target}", "prod")} ${principal}`);
    }
  }
  return lines;
}

/** Whatever the files say: no crash, and never a grant that they do not name exactly. */
export async function checkGeneratedFiles(numRuns: number): Promise<{ granted: number; refused: number }> {
  const seen = { granted: 0, refused: 0 };
  const bundle = bundleOf(JOBS);
  await fc.assert(
    fc.asyncProperty(accessFile, policyFile, async (access, policy) => {
      const fake = workspaceWith(JOBS, CREDENTIALS);
      try {
        const request = requestOf({
          fake,
          bundle,
          access: text(access),
          ...(policy === null ? {} : { policy: text(policy) }),
        });
        const result = await applyAccess(request, options());
        seen.granted += result.granted;
      } catch (error) {
        assert.ok(error instanceof SecretlessError, error instanceof Error ? error.stack : String(error));
        assert.notEqual(error.code, "INTERNAL");
        seen.refused += 1;
      }
      // Names are compared without case.
      const allowed = new Set([...named(access)].map((line) => line.toLowerCase()));
      for (const line of fake.accessList()) assert.ok(allowed.has(line), line);
    }),
    { numRuns },
  );
  return seen;
}
