import type { BundleJob, RunAs } from "../bundle-facts.ts";
import type { Elsewhere, OtherWorkspace } from "./elsewhere.ts";
import { broken, judge, proven, type Point, type Verdict } from "./proof.ts";
import { unknown, type Reading, type When } from "./reading.ts";
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
  /** The other workspaces of the account that principals are assigned to. */
  readonly elsewhere: Elsewhere<W>;
  /** `principal_workspaces: all` of the policy. */
  readonly everywhere: boolean;
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
    if (strangers.length === 0) return proven("this workspace lists nothing else that runs as it");
    return broken(`also runs as it: ${shown(strangers.map(runnerWords))}`, APART);
  });
}

const runnerWords = ({ type, name, id }: Runner): string => `${type} "${name}" (${id})`;

function shown(words: readonly string[]): string {
  const more = words.length > 5 ? ` and ${words.length - 5} more` : "";
  return `${words.slice(0, 5).join(", ")}${more}`;
}

/**
 * A principal is the account's. In another workspace it gets nothing that is bound to this one; but what runs as it there is
 * another job with its name. Workspaces that it is assigned to and that cannot be read are named, and left out of the claim
 * unless policy wants all of them.
 */
function elsewhere<W extends When>(subject: PrincipalSubject<W>): Verdict<W> {
  const { principal, numericId, elsewhere: others } = subject;
  return judge<string | undefined, W>(numericId, (id) =>
    judge<readonly OtherWorkspace<W>[], W>(others, (all) => {
      const mine = all.filter(({ assigned }) => id !== undefined && assigned.has(id));
      const strangers = mine.flatMap(({ name, runners }) =>
        (runners.state === "known" ? runners.value : [])
          .filter((runner) => runner.principal === principal)
          .map((runner) => `${runnerWords(runner)} in workspace "${name}"`),
      );
      if (strangers.length > 0) return broken(`also runs as it: ${shown(strangers)}`, APART_ELSEWHERE);
      const unread = mine.filter(({ runners }) => runners.state !== "known");
      if (unread.length > 0) return unreadThere(unread, subject);
      if (mine.length === 0) return proven("it is assigned to no other workspace of the account");
      const names = shown(mine.map(({ name }) => `"${name}"`));
      return proven(`nothing runs as it in the other workspaces that it is assigned to (${names})`);
    }),
  );
}

const APART_ELSEWHERE = "Give each of them a principal of its own.";

function unreadThere<W extends When>(
  unread: readonly OtherWorkspace<W>[],
  { everywhere }: PrincipalSubject<W>,
): Verdict<W> {
  const cannot = (reading: Reading<readonly Runner[], W>): Verdict<W> => judge(reading, () => proven(""));
  const later = unread.find(({ runners }) => runners.state === "later");
  if (later !== undefined) return cannot(later.runners);
  const rights = unread.flatMap(({ runners, unreached }) =>
    runners.state === "unknown" ? [{ ...runners, unreached }] : [],
  );
  const outage = rights.some(({ passing, unreached }) => passing && !unreached);
  if (everywhere || outage) {
    const missing = rights.map(({ missingRight }) => missingRight).join("; ");
    return cannot(
      unknown(
        missing,
        rights.every(({ passing }) => passing),
      ),
    );
  }
  const names = shown(unread.map(({ name }) => `"${name}"`));
  const says = rights.map(({ missingRight }, at) => {
    return `what runs as it in workspace "${unread[at]?.name ?? ""}" is not read: that needs ${missingRight}`;
  });
  const found = proven("nothing runs as it in those other workspaces that can be read", says);
  return { ...found, except: `${unread.length === 1 ? "workspace" : "workspaces"} ${names}` };
}

export function principalPoints<W extends When>(subject: PrincipalSubject<W>): readonly Point<W>[] {
  return [
    { point: "run-as", ...runAs(subject) },
    { point: "deployed", ...deployed(subject) },
    { point: "exclusive", ...exclusive(subject) },
    { point: "other-workspaces", ...elsewhere(subject) },
  ];
}
