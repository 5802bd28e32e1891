import { SecretlessError } from "../base/errors.ts";
import type { Diagnostic } from "./diagnostic.ts";

/** Resources whose delete the workspace refused and the CLI passed over (exit 0). Source: cli `bundle/direct`. */
export function refusedDeletes(diagnostics: readonly Diagnostic[]): string[] {
  return diagnostics.flatMap(({ text }) => {
    const match = /Ignoring permission error when deleting (?:resources\.)?(\S+) id=(\S+?):?(?: |$)/.exec(
      text,
    );
    return match ? [`${match[1] ?? ""} (${match[2] ?? ""})`] : [];
  });
}

/** @param left what is still there, for people */
export function destroyIncomplete(left: readonly string[]): SecretlessError {
  return new SecretlessError("DESTROY_INCOMPLETE", {
    problem: "Not everything was destroyed: the workspace refused to delete resources.",
    expected: "all resources of the bundle deleted",
    remedy: "Give the deploying principal CAN MANAGE on them, or let an administrator delete them.",
    mistakes: left.map((resource) => ({ problem: `${resource} is still there.` })),
  });
}
