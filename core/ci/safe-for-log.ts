import { withoutBidi } from "../base/quote.ts";

/* eslint-disable no-control-regex -- control characters are the subject here */

/** ECMA-48 control sequences (CSI, OSC and two-character escapes). */
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])?/g;
/** All other control characters but tab; a lone CR would start a new line for both runners. */
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
 * One line from outside, made harmless for the log: nothing turns the direction of writing, and both CIs read commands from stdout and stderr (GitHub `::name::` at
 * the start of a line and `##[name]` anywhere; Azure DevOps `##vso[…]` anywhere, `##[…]` at the start). The text stays
 * readable: a blank breaks the marker.
 */
export function harmless(line: string): string {
  return withoutBidi(line.replace(ESCAPE_SEQUENCE, ""))
    .replace(CONTROL, " ")
    .replace(/^([\s\u180e\u200b-\u200d\u2060\ufeff]*):(?=:)/, "$1: ")
    .replace(/#(?=#(?:vso)?\[)/gi, "# ");
}

/** A text of several lines, each made harmless. */
export function harmlessLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/).map(harmless);
}
