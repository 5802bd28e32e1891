import { isObject, member, members, textAt } from "../api/json.ts";
import { SecretlessError, type Mistake } from "../base/errors.ts";
import { parseHostOfBundle } from "../net/workspace.ts";
import type { BundleSummary } from "./summary.ts";

export interface ApprovedWorkspace {
  /** Origin. */
  readonly host: string;
  /** Decimal; as the session has proven it, if the workspace says it. */
  readonly workspaceId: string | undefined;
  readonly accountId: string | undefined;
}

/** What a resolved `workspace` may say beside its paths and its host: who deploys, as the CLI was told. */
const HARMLESS: ReadonlySet<string> = new Set([
  ...["host", "workspace_id", "account_id", "current_user"],
  ...["root_path", "file_path", "resource_path", "artifact_path", "state_path"],
]);

/**
 * What the CLI itself resolved is the approved workspace. Code of the bundle that runs before the CLI reads its files
 * (`experimental.scripts.preinit`) can write other ones than those that the host pin has read.
 * @throws SecretlessError `HOST_NOT_APPROVED`
 */
export function refuseOtherWorkspace({ tree }: BundleSummary, approved: ApprovedWorkspace): void {
  const workspace = member(tree, "workspace");
  const mistakes = members(workspace).flatMap(([key, value]): Mistake[] => {
    const text = textAt(value);
    const set = text !== "" || isObject(value) || value === true;
    if (!set || isApproved(key, text, approved)) return [];
    return [{ problem: `\`workspace.${key}\` is resolved to ${text === "" ? "something else" : text}.` }];
  });
  if (mistakes.length === 0) return;
  throw new SecretlessError("HOST_NOT_APPROVED", {
    problem:
      "The Databricks CLI has resolved the bundle to another workspace or identity than the approved one. It was not ours.",
    expected: `${approved.host} and no other setting of identity`,
    remedy:
      "Code of the bundle (`experimental.scripts`, `python`) has changed its files after they were checked: read what it does.",
    mistakes,
  });
}

function isApproved(key: string, text: string, approved: ApprovedWorkspace): boolean {
  if (!HARMLESS.has(key)) return false;
  if (key === "host") return isApprovedHost(text, approved);
  if (key === "workspace_id") return text === approved.workspaceId;
  if (key === "account_id") return text.toLowerCase() === approved.accountId?.toLowerCase();
  return true;
}

function isApprovedHost(text: string, { host, workspaceId, accountId }: ApprovedWorkspace): boolean {
  try {
    const url = parseHostOfBundle(text);
    return (
      url.origin === host &&
      (url.workspaceId === undefined || url.workspaceId === workspaceId) &&
      (url.accountId === undefined || url.accountId.toLowerCase() === accountId?.toLowerCase())
    );
  } catch {
    return false;
  }
}

/** For a command that has ended well, and cannot have done so with our session. */
export function noTokenAsked(command: string): SecretlessError {
  return new SecretlessError("HOST_NOT_APPROVED", {
    problem: `\`databricks bundle ${command}\` ended well without a token of this step: it worked as somebody else, or somewhere else.`,
    expected: "a token asked for from the token service of this step, for the approved workspace",
    actual: "none was asked for",
    remedy:
      "Find out what gives the CLI another identity: code of the bundle (`experimental.scripts`, `python`, build commands) " +
      "that writes configuration, or a CLI that is not Databricks' own.",
  });
}
