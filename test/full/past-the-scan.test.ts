import { MORE_HIDING_PLACES } from "../shells/support/more-hiding-places.ts";
import { itIsSeen } from "../shells/support/past-the-scan.ts";

for (const shell of ["action", "task"] as const) {
  describe(`a token past the scan of the built ${shell}, further ways (skipped without the real CLI on PATH)`, function () {
    this.timeout(60_000);
    itIsSeen(shell, MORE_HIDING_PLACES);
  });
}
