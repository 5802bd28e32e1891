import { posix } from "node:path";
import { withoutBidi } from "../../base/quote.ts";
import { redact } from "../../base/redact.ts";
import { isObject, members, textAt, type Json, type JsonObject } from "../../api/json.ts";
import type { compute } from "../../api/shapes.ts";

/** Told of everything in a job's settings that decides what code runs. `at` is the path of the member: `tasks[0].…`. */
export interface Sightings {
  /** Whether relative paths are paths in the job's Git source. */
  readonly git: boolean;
  /** A path of code: in the workspace, in a volume, by a URI. */
  path(path: string, at: string): void;
  /** Something with permissions of its own; `type` as in the Permissions API. */
  object(type: string, id: string, at: string): void;
  /** True of the job, and no hole in the list of those who may change it. */
  note(text: string): void;
  /** Who may change it is not known. */
  unproven(at: string, why: string): void;
}

export type Rule = (value: Json, at: string, seen: Sightings, parent: JsonObject) => void;

/** A value as it may be shown: the address of a package index or a repository may hold a password. */
export const shown = (value: string): string => withoutBidi(redact(value.replace(/\/\/[^/@\s]*@/g, "//")));

/** Decides nothing about what code runs, whatever it holds. */
export const inert: Rule = () => undefined;

export const unjudged =
  (why: string): Rule =>
  (_value, at, seen) => {
    seen.unproven(at, why);
  };

/** An object of which every member is in the table; any other is unproven. The SDK's type makes the table whole. */
export function table<T>(rules: { readonly [K in keyof Required<T>]: Rule }): Rule {
  const known = new Map<string, Rule>(Object.entries<Rule>(rules));
  return (value, at, seen) => {
    if (!isObject(value)) {
      seen.unproven(at, "is not an object");
      return;
    }
    for (const [key, member] of Object.entries(value)) {
      if (member === undefined || member === null || member === "") continue;
      const place = at === "" ? key : `${at}.${key}`;
      const rule = known.get(key);
      if (rule === undefined) seen.unproven(place, "is no member that this version can judge");
      else rule(member, place, seen, value);
    }
  };
}

export const each =
  (rule: Rule): Rule =>
  (value, at, seen, parent) => {
    if (!Array.isArray(value)) seen.unproven(at, "is not a list");
    else
      for (const [index, item] of (value as readonly Json[]).entries())
        rule(item, `${at}[${index}]`, seen, parent);
  };

export const text =
  (use: (value: string, at: string, seen: Sightings, parent: JsonObject) => void): Rule =>
  (value, at, seen, parent) => {
    if (typeof value === "string" || typeof value === "number") use(String(value), at, seen, parent);
    else seen.unproven(at, "is not a text");
  };

export const path = text((value, at, seen) => {
  seen.path(value, at);
});

/** A path that the task's `source` may place in the Git source. Absent: GIT if the job has one, else WORKSPACE. */
export const sourced = text((value, at, seen, parent) => {
  const source = textAt(parent, "source") || (seen.git ? "GIT" : "WORKSPACE");
  const inside =
    !value.includes("{{") && !/^(?:\/|\.\.(?:\/|$)|[a-z][\w+.-]*:)/i.test(posix.normalize(value));
  if (source === "GIT" && seen.git && inside) return;
  seen.path(value, at);
});

export const object = (type: string): Rule =>
  text((value, at, seen) => {
    seen.object(type, value, at);
  });

export const destination = table<{ destination: string }>({ destination: path });
export const remote = unjudged("a cloud path: who may write there is not readable");

export const s3: Rule = table<{ destination: string; region: string }>({
  destination: remote,
  region: inert,
});

/** A value without a slash, a colon or braces names no place that code could come from. */
const HARMLESS = /^[\w.@+\-*[\], =%]*$/;
/** What interpreters and package managers read of themselves. */
const INTERPRETERS =
  /^(?:PYTHON|PIP_|UV_|LD_|JAVA|JDK_|_JAVA|SPARK_|PYSPARK|R_|PATH$|HOME$|BASH|ENV$|GIT_|CONDA|NODE_)/i;
const SECRET = /^\{\{secrets\/[^/{}]+\/[^/{}]+\}\}$/;
export const config: Rule = (value, at, seen) => {
  for (const [name, one] of members(value)) {
    const harmless =
      typeof one === "number" || typeof one === "boolean" || (typeof one === "string" && SECRET.test(one));
    if (INTERPRETERS.test(name) || !(harmless || HARMLESS.test(typeof one === "string" ? one : "/")))
      seen.unproven(`${at}.${name}`, "may name a place that code comes from");
  }
};

const fixed = (value: string): boolean =>
  /^[A-Za-z0-9][\w.-]*(?:\[[\w, .-]*\])?\s*==\s*[\w.!+-]+$/.test(value.trim());
const published = (value: string, at: string, seen: Sightings): void => {
  if (fixed(value)) seen.note(`${shown(value)}: its publishers chose what the job runs`);
  else seen.unproven(at, "is not fixed to one version of the public package index");
};

/** A line of pip's requirements, as serverless environments take them. */
export const dependency = text((line, at, seen) => {
  const value = line.trim();
  const requirements = /^(?:-r|--requirement)[ =]+(\S+)$/.exec(value)?.[1];
  if (requirements !== undefined) {
    seen.path(requirements, at);
    seen.unproven(at, "the packages that the file names are not read");
  } else if (/^(?:[./]|[a-z][\w+.-]*:)/i.test(value)) seen.path(value, at);
  else published(value, at, seen);
});

const pypi = table<compute.PythonPyPiLibrary>({
  package: text(published),
  repo: unjudged("a package index of its own: who publishes there is not readable"),
});
const maven = table<compute.MavenLibrary>({
  coordinates: text((value, _at, seen) => {
    seen.note(`${shown(value)}: its publishers chose what the job runs`);
  }),
  exclusions: inert,
  repo: unjudged("a repository of its own: who publishes there is not readable"),
});
export const library = table<compute.Library>({
  jar: path,
  egg: path,
  whl: path,
  requirements: (value, at, seen, parent) => {
    path(value, at, seen, parent);
    seen.unproven(at, "the packages that it names are not read");
  },
  pypi,
  maven,
  cran: unjudged("a CRAN package has no fixed version"),
});
