/** What is taken of @actions/core; scripts/build.ts leaves out the rest of it, which is 800 KB of an HTTP client. */
export { exportVariable, saveState, setOutput, summary } from "@actions/core";
