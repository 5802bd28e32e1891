import { HIDING_PLACES } from "../shells/support/hiding-places.ts";
import { MORE_HIDING_PLACES } from "../shells/support/more-hiding-places.ts";
import { itIsSeen } from "../shells/support/past-the-scan.ts";

for (const shell of ["action", "task"] as const) {
  describe(`a token past the scan of the built ${shell}, every way (skipped without the real CLI on PATH)`, function () {
    this.timeout(60_000);
    itIsSeen(shell, [...HIDING_PLACES, ...MORE_HIDING_PLACES]);
  });
}
