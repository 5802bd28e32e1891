import { sandboxCli } from "../../sandbox/runner/find-cli.ts";
import { tryAttack } from "../shells/support/attack.ts";
import { STATE_ATTACKS } from "../shells/support/code-attacks.ts";
import { MORE_ATTACKS } from "../shells/support/more-code-attacks.ts";
import { TOOL_ATTACKS } from "../shells/support/tool-attacks.ts";
import { WORKSPACE_ATTACKS } from "../shells/support/workspace-attacks.ts";

for (const shell of ["action", "task"] as const) {
  describe(`code of the bundle beside the built ${shell} (skipped without the real CLI on PATH, and but on Linux)`, function () {
    this.timeout(120_000);
    before(async function () {
      if ((await sandboxCli()).kind !== "real" || process.platform !== "linux") this.skip();
    });
    for (const attack of [...STATE_ATTACKS, ...MORE_ATTACKS, ...TOOL_ATTACKS, ...WORKSPACE_ATTACKS])
      it(`that ${attack.what} (${attack.hook})`, async () => {
        await tryAttack(shell, attack);
      });
  });
}
