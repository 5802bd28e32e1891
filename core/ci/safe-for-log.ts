/* eslint-disable no-control-regex -- control characters are the subject here */
import { withoutBidi } from "../base/quote.ts";
import type { Dialect } from "./dialect.ts";
import { DIALECTS } from "./index.ts";

/** ECMA-48 control sequences (CSI, OSC and two-character escapes). */
const ESCAPE_SEQUENCE = /\u001b(?:\[[0-?]*[ -/]*[@-~]|\][^\u0007\u001b]*(?:\u0007|\u001b\\)?|[@-Z\\-_])?/g;
/** All other control characters but tab; a lone CR would start a new line for both runners. */
const CONTROL = /[\u0000-\u0008\u000a-\u001f\u007f-\u009f\u2028\u2029]/g;

/**
/**
 * One line from outside, made harmless for the log: nothing turns the direction of writing, and CIs read commands from stdout
 * and stderr. The markers of every CI are broken, each by a blank, so that the text stays readable.
 */
export function harmless(line: string, dialects: readonly Dialect[] = DIALECTS): string {
  return dialects
    .flatMap(({ logMarkers }) => logMarkers)
    .reduce(
      (text, [marker, broken]) => text.replace(marker, broken),
      withoutBidi(line.replace(ESCAPE_SEQUENCE, "")).replace(CONTROL, " "),
    );
}

/** A text of several lines, each made harmless. */
export function harmlessLines(text: string): string[] {
  return text.split(/\r\n|\r|\n/).map((line) => harmless(line));
}
