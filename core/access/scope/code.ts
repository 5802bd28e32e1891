import { posix } from "node:path";
import { JOB_SETTINGS, TASK } from "../../api/shapes.ts";
import type { Json } from "../../api/json.ts";
import type { Sightings } from "./code-rules.ts";
import { existingCluster, jobSettings, libraries } from "./code-table.ts";
import { tasksOf, type ClusterFacts } from "./clusters.ts";
import { editorsOf, editorsOfPath, writersOfVolume, type Editor } from "./editors.ts";
import { broken, judge, proven, unproven, type Point } from "./proof.ts";
import { known, readBy, unreadable, type Eyes, type Reading, type When } from "./reading.ts";

/** What a job runs and where it comes from. */
export interface Code {
  /** Folders, notebooks and files of the workspace, without the prefix /Workspace. */
  readonly paths: readonly string[];
  /** Full names. */
  readonly volumes: readonly string[];
  readonly objects: readonly { readonly type: string; readonly id: string }[];
  readonly notes: readonly string[];
  readonly unproven: readonly Hole[];
  /** Paths relative to nothing: before the deployment those of local files, which it uploads. */
  readonly relative: readonly Hole[];
  /** Whoever starts a run can give it commands of his own: `dbt_commands` of `jobs/run-now`. */
  readonly takesCommands: boolean;
}

interface Hole {
  /** Path of the member: `tasks[0].…`. */
  readonly at: string;
  readonly why: string;
}

const bare = (path: string): string => path.replace(/^\/Workspace(?=\/|$)/, "");

/**
 * Walks every member of a job's settings, and of the clusters that it shares, by the table of what they may hold.
 * @param filePath workspace folder of the bundle's files
 */
export function codeOf(settings: Json, filePath: string, clusters: readonly ClusterFacts[] = []): Code {
  const paths = new Set<string>(filePath === "" ? [] : [bare(posix.normalize(filePath))]);
  const volumes = new Set<string>();
  const objects = new Map<string, { type: string; id: string }>();
  const notes = new Set<string>();
  const holes: Hole[] = [];
  const relative: Hole[] = [];
  const seen: Sightings = {
    git: JOB_SETTINGS.text(settings, "git_source", "git_url") !== "",
    path(value, at) {
      // A path that climbs is judged by where it ends.
      const path = posix.normalize(value.replace(/^dbfs:(?=\/Volumes\/)/, "").trim());
      const hole = (why: string): void => {
        holes.push({ at, why });
      };
      if (value.includes("{{")) hole("is put together when the job runs");
      else if (/^(?:dbfs:|\/dbfs(?:\/|$))/i.test(path)) hole("by default every user may write to DBFS");
      else if (/^[a-z][\w+.-]*:/i.test(path)) hole("who may write there is not readable");
      else if (!path.startsWith("/")) relative.push({ at, why: "is relative to nothing that is known" });
      else if (path.startsWith("/Volumes/")) {
        const [catalog, schema, volume, ...rest] = path.slice("/Volumes/".length).split("/");
        if (!catalog || !schema || !volume || rest.length === 0) hole("is not in a volume");
        else volumes.add(`${catalog}.${schema}.${volume}`);
      } else paths.add(bare(path));
    },
    object(type, id) {
      objects.set(`${type} ${id}`, { type, id });
    },
    note(text) {
      notes.add(text);
    },
    unproven(at, why) {
      holes.push({ at, why });
    },
  };
  jobSettings(settings, "", seen, {});
  for (const { id, details, installed } of clusters) {
    existingCluster(details, `cluster ${id}`, seen, {});
    libraries(installed, `cluster ${id}, libraries`, seen, {});
  }
  return {
    paths: [...paths],
    volumes: [...volumes],
    objects: [...objects.values()],
    notes: [...notes],
    unproven: holes,
    relative,
    takesCommands: tasksOf(settings).some((task) => TASK.member(task, "dbt_task") !== undefined),
  };
}

/** One of the things that the job's code comes from, with those who may change it. */
export type EditorReadings<W extends When> = readonly Reading<readonly Editor[], W>[];

export interface CodeFacts<W extends When = When> {
  readonly code: Code;
  readonly editors: EditorReadings<W>;
}

/**
 * Reads who may change what jobs run; what jobs share is asked for once. Requests: one a job, two a path, two a volume,
 * one an object.
 */
export function codeReader<W extends When>(
  eyes: Eyes<W>,
  filePath: string,
  metastoreOwner: string,
): (
  job:
    | { readonly id: string; readonly settings: Json }
    | { readonly settings: Json; readonly unread: Reading<never, W> },
  clusters: readonly ClusterFacts[],
) => Promise<CodeFacts<W>> {
  const shared = new Map<string, Promise<Reading<readonly Editor[], W>>>();
  const once = (
    key: string,
    read: () => Promise<Reading<readonly Editor[], W>>,
  ): Promise<Reading<readonly Editor[], W>> => {
    const running = shared.get(key) ?? read();
    shared.set(key, running);
    return running;
  };
  const ofVolume = async (volume: string): Promise<Reading<readonly Editor[], W>> => {
    const right = `ownership of volume ${volume}, or metastore admin`;
    const found = await readBy(eyes, right, (reader) => writersOfVolume(reader, volume, metastoreOwner));
    if (found.state !== "known") return found;
    return found.value === undefined ? unreadable(eyes, right) : known(found.value);
  };
  return async (job, clusters) => {
    const code = codeOf(job.settings, filePath, clusters);
    const editors = await Promise.all([
      "unread" in job
        ? job.unread
        : readBy(eyes, `CAN_VIEW on job ${job.id}`, ({ workspace }) =>
            editorsOf(workspace, "jobs", job.id, "job", code.takesCommands),
          ),
      ...code.paths.map((path) =>
        once(path, () =>
          readBy(eyes, `CAN_READ on ${path}`, ({ workspace }) => editorsOfPath(workspace, path)),
        ),
      ),
      ...code.volumes.map((volume) => once(`volume ${volume}`, () => ofVolume(volume))),
      ...code.objects.map(({ type, id }) =>
        once(`${type} ${id}`, () =>
          readBy(eyes, `CAN_MANAGE on ${type} ${id}`, ({ workspace }) =>
            editorsOf(workspace, type, id, `${type} ${id}`),
          ),
        ),
      ),
    ]);
    return { code, editors };
  };
}

export interface CodeSubject<W extends When = When> {
  readonly job: string;
  /** Application ID of the deploying service principal. */
  readonly deployer: string;
  readonly before: (W & "before") | undefined;
}

/** Groups that everybody is in. */
const EVERYBODY: ReadonlySet<string> = new Set(["users", "account users"]);
const SHOWN = 5;

export function codePoints<W extends When>(
  { code, editors }: CodeFacts<W>,
  { job, deployer, before }: CodeSubject<W>,
): readonly Point<W>[] {
  const found = [...code.unproven, ...(before === undefined ? code.relative : [])];
  const holes = found.map(({ at, why }) => `${at}: ${why}`);
  const more = holes.length > SHOWN ? ` and ${holes.length - SHOWN} more` : "";
  const settings: Point<W> =
    holes.length === 0
      ? { point: "settings", ...proven("every member of the job's settings is judged", code.notes) }
      : {
          point: "settings",
          ...unproven(
            `not judged: ${holes.slice(0, SHOWN).join("; ")}${more}`,
            "Take code from the bundle's own files, a volume, or fixed versions; or accept it with a rule.",
          ),
          residual: code.notes,
        };
  const ofEditors = editors.map((reading): Point<W> => ({
    point: "editors",
    ...judge<readonly Editor[], W>(reading, (all) => {
      const everybody = all.filter(({ who }) => EVERYBODY.has(who));
      if (everybody.length > 0) {
        const shown = everybody.map(({ who, level, through }) => `"${who}" (${level}, ${through})`);
        const remedy = `Take these rights away, so that only those who may use the access can change job "${job}".`;
        return broken(`every user may change what the job runs: ${[...new Set(shown)].join(", ")}`, remedy);
      }
      const others = all.filter(({ who }) => who.toLowerCase() !== deployer.toLowerCase());
      return proven(
        "the list of those who may change it is complete",
        others.map(({ who, level, through }) => `${who || "a deleted principal"} has ${level} (${through})`),
      );
    }),
  }));
  if (before === undefined || code.relative.length === 0) return [settings, ...ofEditors];
  const why = "where the bundle's local files will be is known once they are uploaded";
  const uploaded = judge<never, W>({ state: "later", why, when: before }, () => proven(""));
  return [settings, { point: "settings", ...uploaded }, ...ofEditors];
}
