import type { BundleJob, RunAs } from "../bundle-facts.ts";
import { broken, judge, proven, type Point, type Verdict } from "./proof.ts";
import type { Reading, When } from "./reading.ts";
import type { Runner } from "./runners.ts";

export interface PrincipalSubject<W extends When = When> {
  readonly job: BundleJob;
  /** "before" where the job is yet to be deployed as declared. */
  readonly before: (W & "before") | undefined;
  readonly principal: string;
  /** Application ID of the deploying service principal. */
  readonly deployer: string;
  /** Its numeric SCIM id; undefined if the account has no such principal. */
  readonly numericId: Reading<string | undefined, W>;
  /** As withBundle() shows them. */
  readonly runners: Reading<readonly Runner[], W>;
  /** Every job of the bundle: known also where the workspace's listing is not. */
  readonly declared: readonly BundleJob[];
  /** Keys of the jobs that the claim is about. */
  readonly allowed: ReadonlySet<string>;
}

export function runAsWords(runAs: RunAs): string {
  switch (runAs.kind) {
    case "service_principal":
      return `service principal ${runAs.applicationId}`;
    case "deployer":
      return "the identity that deploys it";
    case "name":
      return `"${runAs.name}", which is no application ID`;
    default:
      return `the ${runAs.kind} ${runAs.name}`;
  }
}

function runAs<W extends When>({ job, principal, deployer, numericId }: PrincipalSubject<W>): Verdict<W> {
  const own = `Set run_as.service_principal_name of job "${job.key}" to a service principal of its own.`;
  if (job.runAs.kind !== "service_principal") return broken(`the job runs as ${runAsWords(job.runAs)}`, own);
  if (principal === deployer.toLowerCase())
    return broken("the job runs as the deployer, who also deploys every other job", own);
  return judge<string | undefined, W>(numericId, (id) =>
    id === undefined
      ? broken(`there is no service principal ${principal}`, own)
      : proven(`runs as service principal ${principal}`),
  );
}

/** That the job is there, is this bundle's, and runs as the bundle says. */
function deployed<W extends When>({ job, before }: PrincipalSubject<W>): Verdict<W> {
  const now = job.deployed;
  if (before !== undefined) {
    const why = "the job is read from the workspace once it is deployed";
    return judge<never, W>({ state: "later", why, when: before }, () => proven(""));
  }
  const again = "Deploy the bundle again, and find out who changed the job.";
  if (now === undefined) return broken("the job was not read from the workspace", again);
  if (now.state === "unread") return broken(now.why, now.remedy);
  const said = runAsWords(now.declared);
  const found = runAsWords(job.runAs);
  if (said !== found) return broken(`the deployed job runs as ${found}, not as ${said}, as declared`, again);
  return proven(`job ${job.id ?? ""} is this bundle's`);
}

const APART =
  "Give each of them a principal of its own, or name the jobs under shared_principals in the policy.";

function exclusive<W extends When>({
  principal,
  runners,
  declared,
  allowed,
}: PrincipalSubject<W>): Verdict<W> {
  const borrowers = declared.filter(
    ({ key, runAs: of }) =>
      !allowed.has(key) && of.kind === "service_principal" && of.applicationId === principal,
  );
  if (runners.state !== "known" && borrowers.length > 0) {
    return broken(`also runs as it: ${borrowers.map(({ key }) => `job "${key}"`).join(", ")}`, APART);
  }
  return judge<readonly Runner[], W>(runners, (all) => {
    const strangers = all.filter(
      (runner) => runner.principal === principal && !allowed.has(runner.key ?? ""),
    );
    if (strangers.length === 0) return proven("the workspace lists nothing else that runs as it");
    const shown = strangers.slice(0, 5).map(({ type, name, id }) => `${type} "${name}" (${id})`);
    const more = strangers.length > shown.length ? ` and ${strangers.length - shown.length} more` : "";
    return broken(`also runs as it: ${shown.join(", ")}${more}`, APART);
  });
}

export function principalPoints<W extends When>(subject: PrincipalSubject<W>): readonly Point<W>[] {
  return [
    { point: "run-as", ...runAs(subject) },
    { point: "deployed", ...deployed(subject) },
    { point: "exclusive", ...exclusive(subject) },
  ];
}
