/**
 * Aborted when the job is cancelled: its runner or agent sends both signals. The Databricks CLI is never told, as it would
 * die and leave its lock.
 */
export function cancelledBySignals(self: {
  on(signal: "SIGINT" | "SIGTERM", act: () => void): unknown;
}): AbortSignal {
  const cancel = new AbortController();
  for (const signal of ["SIGINT", "SIGTERM"] as const) self.on(signal, () => cancel.abort());
  return cancel.signal;
}
