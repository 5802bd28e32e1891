import type { Ci } from "./ci.ts";
import { withoutBidi } from "../base/quote.ts";
import { redact, registerSecret } from "../base/redact.ts";
import { harmlessLines } from "./safe-for-log.ts";

/**
 * The CI, with every text that leaves through it made harmless and then redacted: a CI masks only what it was told,
 * and only some encodings of it. In this order, for a control sequence may stand in the middle of a token.
 */
export function redactingCi(ci: Ci): Ci {
  const clean = (text: string): string => redact(harmlessLines(text).join("\n"));
  return {
    dialect: ci.dialect,
    context: ci.context,
    cancelled: ci.cancelled,
    input: (name) => ci.input(name),
    inputLabel: (name) => ci.inputLabel(name),
    connection: () => ci.connection(),
    ...(ci.fixedAudience !== undefined && { fixedAudience: ci.fixedAudience }),
    idToken: (audience, signal) => ci.idToken(audience, signal),
    pipelineToken: (signal) => ci.pipelineToken(signal),
    mask: (value) => {
      registerSecret(value);
      ci.mask(value);
    },
    info: (line) => ci.info(clean(line)),
    debug: (line) => ci.debug(clean(line)),
    annotate: (level, text, place) =>
      ci.annotate(level, clean(text), place && { ...place, file: clean(place.file) }),
    group: (title, body) => ci.group(clean(title), body),
    output: (name, value) => ci.output(name, redact(value)),
    // Its value is for programs; whatever of it is secret was masked before.
    exportVariable: (name, value) => ci.exportVariable(name, value),
    summary: (markdown) => ci.summary(redact(withoutBidi(markdown))),
    saveState: (name, value) => ci.saveState(name, value),
  };
}
