import type { SecretlessError } from "../base/errors.ts";
import type { Facts } from "./facts.ts";
import { escapeMarkdown } from "./markdown.ts";
import { planLine } from "./plan-section.ts";

/** `## ✅ lake → prod: deployed`: mark, bundle and target, on every command and failure. */
export function heading(facts: Facts, error: SecretlessError | undefined): string {
  const where = whereOf(facts);
  const what = outcome(facts, error);
  return `## ${mark(facts, error)} ${where === "" ? what : `${where}: ${what}`}`;
}

function mark({ access, warnings }: Facts, error: SecretlessError | undefined): string {
  if (error) return "❌";
  return warnings.length > 0 || (access?.denied.length ?? 0) > 0 ? "⚠️" : "✅";
}

/** What is known of the bundle: its name, else its folder; the target, else the one asked for. */
function whereOf({ bundle, asked }: Facts): string {
  if (bundle) return `${escapeMarkdown(bundle.name)} → ${escapeMarkdown(bundle.target)}`;
  const folder = asked === undefined || asked.bundleRoot === "." ? "" : escapeMarkdown(asked.bundleRoot);
  const target = asked?.target === undefined ? "" : `→ ${escapeMarkdown(asked.target)}`;
  return [folder, target].filter((part) => part !== "").join(" ");
}

function outcome(facts: Facts, error: SecretlessError | undefined): string {
  const { command, deployed, destroyed, loggedIn, access } = facts;
  const denied = new Set(access?.denied.map(({ job }) => job)).size;
  const jobs = `${String(denied)} job${denied === 1 ? "" : "s"}`;
  if (deployed === true && (denied > 0 || error))
    return denied > 0
      ? `bundle deployed, access of ${jobs} not granted`
      : `bundle deployed, ${command} failed after it`;
  if (error) return `${command} failed`;
  if (deployed === true) return "deployed";
  if (loggedIn !== undefined) return `logged in ${loggedIn}`;
  if (destroyed === 0) return "nothing to destroy";
  if (destroyed !== undefined) return "destroyed";
  if (denied > 0) return `${command}, access of ${jobs} denied`;
  return command;
}

/** One sentence with what counts, and how long it took; undefined if nothing is known. */
export function sentence({
  plan,
  resources,
  scan,
  access,
  destroyed,
  run,
  duration,
}: Facts): string | undefined {
  const result = access?.result;
  const parts = [
    plan && destroyed === undefined && `Plan: ${planLine(plan)}`,
    resources && resources.length > 0 && count(resources.length, "resource") + " in the workspace",
    destroyed !== undefined && destroyed > 0 && `${count(destroyed, "resource")} deleted`,
    result &&
      `access: ${String(result.granted)} granted, ${String(result.updated)} updated, ${String(result.revoked)} withdrawn`,
    scan && scan.stopping.length > 0 && `${count(scan.stopping.length, "static credential")} found`,
    run && `${run.resource}: ${run.result}`,
    duration !== undefined && `took ${durationText(duration)}`,
  ].filter((part) => typeof part === "string");
  return parts.length === 0 ? undefined : escapeMarkdown(`${parts.join("; ")}.`);
}

const count = (number: number, one: string): string => `${String(number)} ${one}${number === 1 ? "" : "s"}`;

/** `12 s`, `3 min 5 s`, `2 h 3 min`. */
export function durationText(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000);
  if (seconds < 60) return `${String(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `${String(minutes)} min ${String(seconds % 60)} s`;
  return `${String(Math.floor(minutes / 60))} h ${String(minutes % 60)} min`;
}
