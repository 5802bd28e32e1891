import { systemClock } from "../../../core/base/clock-and-platform.ts";

/**
 * Waits until something is so, however long the machine takes; a test that waits in vain must end nevertheless, for
 * nothing else ends its process.
 * @param limit milliseconds
 */
export async function until(condition: () => boolean | Promise<boolean>, limit = 55_000): Promise<void> {
  const end = Date.now() + limit;
  while (!(await condition())) {
    if (Date.now() > end) throw new Error("waited in vain");
    await systemClock.sleep(5);
  }
}
