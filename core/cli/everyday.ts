import type { Mistake } from "../base/errors.ts";
import type { Diagnostic } from "./diagnostic.ts";
import { ipAccessRemedy } from "../net/ip-access.ts";

/** What is known when the CLI fails. */
export interface Acting {
  /** Application ID of the deploying service principal. */
  readonly principal: string;
}

interface Words {
  readonly problem?: string;
  readonly remedy?: string;
}

/**
 * Failures of every day, as the CLI words them, in terms of this step: its flags and prompts are none of ours. Sources: cli
 * `bundle/config/mutator/` (set_variables, validate_git_details, verify_cli_version), `bundle/permissions/`.
 */
const WORDS: readonly (readonly [RegExp, (match: RegExpExecArray, text: string) => Words])[] = [
  [
    /no value assigned to required variable ([\w-]+)\..*$/s,
    ([, name = ""]) => ({
      problem: `The variable \`${name}\` of the bundle has no value.`,
      remedy: `Give it one in the input \`variables\`, as a line \`${name}=…\`, or a \`default\` in the bundle.`,
    }),
  ],
  [
    /^not on the right Git branch:\s+expected according to configuration: (\S+)\s+actual: (\S*).*$/s,
    ([, wanted = "", actual = ""]) => ({
      problem: `The target is deployed from the branch \`${wanted}\` (\`bundle.git.branch\`), and this is ${actual === "" ? "no branch" : `\`${actual}\``}.`,
      remedy: `${actual === "" || actual === "HEAD" ? `The checkout has a detached head, as pull requests, tags and checkouts by commit have: check the branch out by its name (\`actions/checkout\` with \`ref: ${wanted}\`; \`git switch ${wanted}\`). ` : ""}Run this command on \`${wanted}\`, choose another \`target\`, or change \`bundle.git.branch\` of the target.`,
    }),
  ],
  [
    /^Databricks CLI version constraint not satisfied\. Required: (.*), current: (\S+)$/s,
    ([, wanted = "", current = ""]) => ({
      problem: `The bundle wants the Databricks CLI ${wanted} (\`bundle.databricks_cli_version\`), and this is ${current}.`,
      remedy: "Set `cli-version` to a version that it allows, or change `databricks_cli_version`.",
    }),
  ],
  [
    /setting via environment variables \(BUNDLE_VAR_([\w-]+)\) is not supported for complex variable/,
    ([, name = ""]) => ({
      problem: `The variable \`${name}\` is complex, and a text was given for it.`,
      remedy: `Give \`${name}\` its value in a file, and name that in \`variables-file\`.`,
    }),
  ],
  [
    /servicePrincipal\.user|(?:not authorized|permission)[^.]*\b(?:to use|as) (?:the )?service principal|does not have permission to (?:set|use) run_as/i,
    (_, text) => {
      const id = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}/i.exec(text)?.[0] ?? "<application ID of run_as>";
      return {
        remedy: `A job may run as another service principal only where who deploys has the role \`roles/servicePrincipal.user\` on it. Let an account admin, or its manager, give the role:\ndatabricks account access-control get-rule-set "accounts/<account ID>/servicePrincipals/${id}/ruleSets/default" ""\nthen \`update-rule-set\` with the role for the deploying service principal beside what is there.`,
      };
    },
  ],
  [
    // CLI 1.17.0 and later write version 3; versions before 1.8.0 read 2 at most. Source: `bundle/direct/dstate/migrate.go`.
    /state version (\d+) is newer than supported version \d+; upgrade the CLI|deployment state requires features this CLI does not support: ([^;]+);.*$/s,
    ([, version, features]) => ({
      problem: `This bundle was deployed by a newer Databricks CLI, and this one cannot read the state of that (${features === undefined ? `version ${version ?? ""}` : `features ${features}`}).`,
      remedy:
        "Set `cli-version` to the version that deployed last, or a newer one: `cli_version` in the file `resources.json` of the bundle's `state` folder in the workspace names it.",
    }),
  ],
  [
    /has been modified remotely/,
    () => ({
      remedy:
        "Take the changes over with `databricks bundle generate`, or undo them in the workspace. This step overwrites none by force.",
    }),
  ],
];

/** A diagnostic as a mistake, in our words where it is one of every day. */
export function inOwnWords(diagnostic: Diagnostic, acting: Acting): Mistake {
  const { text, detail = "" } = diagnostic;
  const mistake = toMistake(diagnostic);
  for (const [pattern, words] of WORDS) {
    const match = pattern.exec(text);
    if (!match) continue;
    const { problem, remedy } = words(match, text);
    return {
      ...mistake,
      ...(problem !== undefined && {
        problem: text.slice(0, match.index) + problem + inPath(diagnostic),
      }),
      ...(remedy !== undefined && { remedy }),
    };
  }
  const ofAddress = ipAccessRemedy(`${text}\n${detail}`);
  if (ofAddress !== undefined) return { ...mistake, remedy: ofAddress };
  const denied = deniedWords(`${text}\n${detail}`, acting);
  return denied === undefined ? mistake : { ...mistake, remedy: denied };
}

export function toMistake(diagnostic: Diagnostic): Mistake {
  const { text, place, detail } = diagnostic;
  return {
    problem: text + inPath(diagnostic),
    ...(detail !== undefined && { actual: detail }),
    ...(place && { place }),
  };
}

function inPath({ path }: Diagnostic): string {
  return path === undefined ? "" : ` (${path})`;
}

/** What to give to whom after a 403; undefined for anything else. */
function deniedWords(text: string, { principal }: Acting): string | undefined {
  const who = `the service principal \`${principal}\``;
  const unable = /unable to deploy to (\S+) as /.exec(text)?.[1];
  if (unable === undefined && !/\(403 [A-Z_]+\)|HTTP Status: 403\b/.test(text)) return undefined;
  const folder = unable ?? folderOf(text);
  if (folder !== undefined)
    return `Give ${who} the permission CAN MANAGE on the folder \`${folder}\` of the workspace, or deploy with the principal that deployed before.`;
  const [, method = "", path = ""] = /^Endpoint: ([A-Z]+) https?:\/\/[^/\s]+(\/[^?\s]*)/m.exec(text) ?? [];
  const request = path === "" ? "" : ` for \`${method} ${path}\``;
  return `Give ${who} the permission that the workspace asks${request}: CAN MANAGE on what is changed, CAN VIEW or CAN USE on what is only named.`;
}

/** The workspace folder that a text or a request's query names. */
function folderOf(text: string): string | undefined {
  const inQuery = /[?&]path=([^&\s]+)/.exec(text)?.[1];
  const inApi = /\/api\/2\.0\/workspace-files\/import-file\/([^?\s]+)/.exec(text)?.[1];
  const encoded = inQuery ?? (inApi === undefined ? undefined : `/${inApi}`);
  if (encoded === undefined) return /\/(?:Workspace|Users|Shared)\/[^\s'",;)]+/.exec(text)?.[0];
  try {
    return decodeURIComponent(encoded).replace(/^\/\//, "/");
  } catch {
    return encoded;
  }
}
