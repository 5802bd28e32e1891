import type { Host } from "./ci.ts";
import { redact, registerSecret } from "../base/redact.ts";
import { harmlessLines } from "./safe-for-log.ts";

/**
 * The host, with every text that leaves through it made harmless and then redacted: a CI masks only what it was told,
 * and only some encodings of it. In this order, for a control sequence may stand in the middle of a token.
 */
export function redactingHost(host: Host): Host {
  const clean = (text: string): string => redact(harmlessLines(text).join("\n"));
  return {
    context: host.context,
    cancelled: host.cancelled,
    input: (name) => host.input(name),
    inputLabel: (name) => host.inputLabel(name),
    connection: () => host.connection(),
    ...(host.fixedAudience !== undefined && { fixedAudience: host.fixedAudience }),
    idToken: (audience) => host.idToken(audience),
    pipelineToken: () => host.pipelineToken(),
    mask: (value) => {
      registerSecret(value);
      host.mask(value);
    },
    info: (line) => host.info(clean(line)),
    debug: (line) => host.debug(clean(line)),
    annotate: (level, text, place) => host.annotate(level, clean(text), place),
    group: (title, body) => host.group(clean(title), body),
    output: (name, value) => host.output(name, redact(value)),
    summary: (markdown) => host.summary(redact(markdown)),
    saveState: (name, value) => host.saveState(name, value),
  };
}
