import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { sample } from "../unit/support/sample.ts";
import { HIDING_PLACES } from "./support/hiding-places.ts";
import { MORE_HIDING_PLACES } from "./support/more-hiding-places.ts";
import { itIsSeen } from "./support/past-the-scan.ts";

const without = (await sandboxCli()).kind === "real" ? "" : " (skipped: there is no databricks on PATH)";
/** One of each kind; all of them are tried in `test/full`. */
const SAMPLE = MORE_HIDING_PLACES.filter(({ sample }) => sample);
const places = [...sample(HIDING_PLACES, 3), ...SAMPLE];

// Each in one of the shells, what comes late in both.
for (const [shell, rest] of [
  ["action", 0],
  ["task", 1],
] as const) {
  describe(`a token past the scan of the built ${shell}${without}`, () => {
    itIsSeen(
      shell,
      places.filter(({ late }, at) => at % 2 === rest || late),
    );
  });
}
