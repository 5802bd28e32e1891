import { endStrays, processPort, type ProcessPort } from "../cli/own-process.ts";
import type { Ports } from "../base/ports.ts";
import { warn, type Step } from "./step.ts";

type StrayStep = Pick<Step, "ci" | "found"> & { readonly ports: Pick<Ports, "platform"> };

/**
 * What is called after each command of the CLI: ends what the bundle has left running outside of the CLI's process group,
 * so that none of it is there when the next token is minted, and says so.
 */
export function strayEnder(
  step: StrayStep,
  folder: string,
  port: ProcessPort = processPort(step.ports.platform),
): () => void {
  const before = new Set(endStrays(folder, port).hidden);
  return () => {
    const { ended, hidden } = endStrays(folder, port);
    const strange = hidden.filter((pid) => !before.has(pid));
    for (const pid of strange) before.add(pid);
    if (ended.length > 0) {
      const list = ended.join(", ");
      warn(
        step,
        `The bundle had left programs running when the CLI had ended; they were ended (process ${list}).`,
      );
    }
    if (strange.length > 0) {
      const list = strange.join(", ");
      warn(
        step,
        `Programs of this user that hide their environment were started beside the CLI (process ${list}). Whether the bundle ` +
          "started them cannot be told, and they were left running.",
      );
    }
  };
}
