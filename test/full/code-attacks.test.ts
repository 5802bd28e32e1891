import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { attacked, STATE_ATTACKS } from "../shells/support/code-attacks.ts";
import { MORE_ATTACKS } from "../shells/support/more-code-attacks.ts";

for (const shell of ["action", "task"] as const) {
  describe(`code of the bundle beside the built ${shell} (skipped without the real CLI on PATH, and but on Linux)`, function () {
    this.timeout(120_000);
    before(async function () {
      if ((await sandboxCli()).kind !== "real" || process.platform !== "linux") this.skip();
    });
    for (const attack of [...STATE_ATTACKS, ...MORE_ATTACKS])
      it(`that ${attack.what} (${attack.hook})`, async () => {
        attack.holds(await attacked(shell, attack));
      });
  });
}
