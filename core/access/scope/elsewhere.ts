import { ApiFailure, type DatabricksApi } from "../../api/client.ts";
import { isList, type Json } from "../../api/json.ts";
import { inParallel } from "../../api/paging.ts";
import {
  GROUP,
  GROUP_RESOURCE,
  OTHER_WORKSPACE,
  WORKSPACE_ASSIGNMENT,
  WORKSPACE_ASSIGNMENTS,
} from "../../api/shapes.ts";
import { HttpError } from "../../net/http.ts";
import { jobListing } from "./job-listing.ts";
import {
  isPassing,
  known,
  openReader,
  readBy,
  unknown,
  unreadable,
  type Eyes,
  type Reading,
  type When,
} from "./reading.ts";
import { runnersOf, TOO_MANY, type Runner } from "./runners.ts";

/** Another workspace of the account that some of the principals are assigned to, or may be. */
export interface OtherWorkspace<W extends When = When> {
  readonly name: string;
  /** Numeric ids of those of the principals that are assigned to it. */
  readonly assigned: ReadonlySet<string>;
  readonly runners: Reading<readonly Runner[], W>;
  /** No answer came: a private network may keep it from being read for good, and that is no outage. */
  readonly unreached?: true;
}

export type Elsewhere<W extends When = When> = Reading<readonly OtherWorkspace<W>[], W>;

interface Assigned {
  readonly name: string;
  readonly deployment: string;
  readonly ids: ReadonlySet<string>;
}

interface Account {
  readonly api: DatabricksApi;
  /** Account ID. */
  readonly id: string;
}

/** The group of the account that everybody is in. */
const EVERYBODY = "account users";
/** Groups within groups; the account admits fewer. */
const MAX_GROUPS = 1_000;

/**
 * Where else these principals are assigned to, and what runs there as somebody. Requests: one listing of workspaces, one for
 * each of them, one for each group that is assigned; and of each workspace that one of the principals is assigned to, the
 * listings of readRunners(). Sources: account API `GET …/workspaces` and `…/workspaces/{id}/permissionassignments`,
 * SCIM `GET …/scim/v2/Groups/{id}` (its listing may leave members out).
 * @param here ID of the approved workspace
 * @param numericIds SCIM ids of the principals
 */
export async function readElsewhere<W extends When>(
  eyes: Eyes<W>,
  accountId: string | undefined,
  here: string,
  numericIds: ReadonlySet<string>,
): Promise<Elsewhere<W>> {
  if (accountId === undefined) return unknown("the input account-id");
  const right = "account admin, with a way to sign in to the account";
  const listed = await readBy(eyes, right, ({ account, elsewhere }) => {
    if (account === undefined) return undefined;
    const assigned = assignments({ api: account, id: accountId }, here, numericIds);
    return assigned.then((all) => ({ elsewhere, all }));
  });
  if (listed.state !== "known") return listed;
  const { elsewhere, all } = listed.value;
  if (all === undefined) return unknown("a listing of the account's workspaces that names this one");
  const read = all.map(async ({ name, deployment, ids }) => ({
    name,
    assigned: ids,
    ...(await runners(eyes, name, elsewhere?.(deployment))),
  }));
  return known(await Promise.all(read));
}

/**
 * The other workspaces that some of the principals are assigned to; what does not tell counts as assigned to all. undefined where
 * the listing does not name this one: it is another account's, or cut off.
 */
async function assignments(
  account: Account,
  here: string,
  numericIds: ReadonlySet<string>,
): Promise<readonly Assigned[] | undefined> {
  const path = `/api/2.0/accounts/${account.id}/workspaces`;
  const listed = await account.api.call({ method: "GET", path, array: true });
  const all = isList(listed) ? listed : [];
  const others = all.filter((one) => OTHER_WORKSPACE.text(one, "workspace_id") !== here);
  if (others.length === all.length) return undefined;
  const members = groupMembers(account, numericIds);
  const found = await inParallel(others, async (one): Promise<Assigned> => {
    const id = OTHER_WORKSPACE.text(one, "workspace_id");
    const deployment = OTHER_WORKSPACE.text(one, "deployment_name");
    const name = OTHER_WORKSPACE.text(one, "workspace_name") || deployment || id;
    const path = `/api/2.0/accounts/${account.id}/workspaces/${id}/permissionassignments`;
    const rows = await orAll(account.api.call({ method: "GET", path }), (answer) =>
      WORKSPACE_ASSIGNMENTS.list(answer, "permission_assignments"),
    );
    if (rows === undefined) return { name, deployment, ids: numericIds };
    const ids = await inParallel(rows, async (row) => {
      const principal = WORKSPACE_ASSIGNMENT.text(row, "principal", "principal_id");
      const group = WORKSPACE_ASSIGNMENT.text(row, "principal", "group_name");
      if (group === "") return numericIds.has(principal) ? [principal] : [];
      return group === EVERYBODY ? [...numericIds] : [...(await members(principal))];
    });
    return { name, deployment, ids: new Set(ids.flat()) };
  });
  return found.filter(({ ids }) => ids.size > 0);
}

/** Which of the principals are in a group, or in one within it; each group is asked for once. */
function groupMembers(
  { api, id: accountId }: Account,
  numericIds: ReadonlySet<string>,
): (groupId: string) => Promise<ReadonlySet<string>> {
  const asked = new Map<string, Promise<readonly Json[] | undefined>>();
  const membersOf = (id: string): Promise<readonly Json[] | undefined> => {
    const path = `/api/2.0/accounts/${accountId}/scim/v2/Groups/${encodeURIComponent(id)}`;
    const answer =
      asked.get(id) ??
      orAll(api.call({ method: "GET", path, query: { attributes: "members" } }), (group) =>
        GROUP_RESOURCE.list(group, "members"),
      );
    asked.set(id, answer);
    return answer;
  };
  return async (groupId) => {
    const found = new Set<string>();
    const groups = new Set([groupId]);
    for (const group of groups) {
      const members = groups.size > MAX_GROUPS ? undefined : await membersOf(group);
      if (members === undefined) return numericIds;
      for (const member of members) {
        const id = GROUP.text(member, "value");
        if (numericIds.has(id)) found.add(id);
        else if (isGroup(member)) groups.add(id);
      }
    }
    return found;
  };
}

/** SCIM's `$ref` of a member names its resource (RFC 7643 2.4); the SDK's type calls it `$ref`, too. */
const isGroup = (member: Json): boolean => GROUP.text(member, "$ref").includes("Groups/");

/** What `read` makes of an answer; undefined where there is none for want of a right or a feature. */
async function orAll<T>(answer: Promise<Json>, read: (answer: Json) => T): Promise<T | undefined> {
  try {
    return read(await answer);
  } catch (error) {
    if (error instanceof ApiFailure && !isPassing(error)) return undefined;
    throw error;
  }
}

/** What runs in another workspace, as a reader who is an admin there is told. */
async function runners<W extends When>(
  eyes: Eyes<W>,
  name: string,
  workspace: DatabricksApi | undefined,
): Promise<Pick<OtherWorkspace<W>, "runners" | "unreached">> {
  if (workspace === undefined) return { runners: unreadable(eyes, `the address of workspace "${name}"`) };
  const admin = `workspace admin of "${name}"`;
  try {
    const reader = await openReader({ workspace, account: undefined, elsewhere: undefined });
    if (!reader.admin) return { runners: unreadable(eyes, admin) };
    const all = await runnersOf(reader, jobListing(), false);
    return { runners: all === undefined ? unknown(`${TOO_MANY} of "${name}"`) : known(all) };
  } catch (error) {
    if (error instanceof HttpError)
      return { runners: unreadable(eyes, `a network path to workspace "${name}"`, true), unreached: true };
    if (!(error instanceof ApiFailure)) throw error;
    const answered = error.refused ? "" : ` (the API answered ${error.status} ${error.errorCode})`;
    return { runners: unreadable(eyes, `${admin}${answered}`, isPassing(error)) };
  }
}
