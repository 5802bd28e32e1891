/**
 * Loaded into a process before its own code (`--require`): at its end it writes the peak of its resident memory, in KiB,
 * to the file that BENCH_PEAK_MEMORY names.
 */
/* global process */
const { readFileSync, appendFileSync } = require("node:fs");

process.on("exit", () => {
  let peak = process.resourceUsage().maxRSS;
  try {
    // More exact on Linux: maxRSS begins with what the parent had at the moment of the fork.
    peak = Number(/^VmHWM:\s*(\d+) kB$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1] ?? peak);
  } catch {
    // No /proc here.
  }
  appendFileSync(process.env["BENCH_PEAK_MEMORY"], `${peak}\n`);
});
