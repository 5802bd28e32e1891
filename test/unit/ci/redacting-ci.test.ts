import assert from "node:assert/strict";
import fc from "fast-check";
import { redactingCi } from "../../../core/ci/redacting-ci.ts";
import { redact } from "../../../core/base/redact.ts";
import { jobSummary } from "../../../core/report/job-summary.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { Facts } from "../../../core/report/facts.ts";
import { FakeCi } from "../support/fake-ci.ts";

/** What a log shows once its control sequences are gone. */
const shown = (text: string): string => text.replace(/\u001b\[\d*m/g, "");

describe("redacting host", () => {
  const secret = fc.string({
    unit: fc.constantFrom(...Array.from("abcdefXYZ0189-_")),
    minLength: 8,
    maxLength: 60,
  });

  it("lets no masked value through, also not one with a control sequence in its middle", async () => {
    await fc.assert(
      fc.asyncProperty(secret, fc.nat(), async (value, position) => {
        const shell = new FakeCi();
        const ci = redactingCi(shell);
        ci.mask(value);
        const at = position % value.length;
        for (const text of [value, `${value.slice(0, at)}\u001b[31m${value.slice(at)}\u001b[0m`]) {
          ci.info(`x ${text} y`);
          ci.debug(text);
          ci.annotate("error", text, { file: "databricks.yml" });
          await ci.group(text, () => Promise.resolve());
        }
        await ci.output("plan", JSON.stringify({ value }));
        await ci.summary(`| ${value} |`);
        const { log, debugLog, annotations, outputs, summaryText } = shell;
        const all = JSON.stringify([log, debugLog, annotations, [...outputs], summaryText]);
        assert.ok(!shown(all).includes(value), all);
        assert.deepEqual(shell.masked, [value]);
      }),
    );
  });

  it("lets none into the job summary, where punctuation is escaped", () => {
    fc.assert(
      fc.property(secret, (value) => {
        redactingCi(new FakeCi()).mask(value);
        const facts: Facts = {
          command: "deploy",
          workspaceUrl: "https://example.com",
          runUrl: "",
          warnings: [value],
        };
        const resources = [{ kind: "jobs", key: value, id: "1", name: value, url: "https://example.com/1" }];
        const problem = `no ${value.slice(0, 3)}\u001b[1m${value.slice(3)}`;
        const markdown = jobSummary(
          { ...facts, resources },
          new SecretlessError("DEPLOY_FAILED", { problem }),
        );
        const plain = redact(markdown).replace(/&#(\d+);/g, (_, mark: string) =>
          String.fromCharCode(Number(mark)),
        );
        assert.ok(!plain.includes(value), plain);
      }),
    );
  });

  it("is the host in everything else", async () => {
    const shell = new FakeCi({ host: "https://example.com" });
    shell.mintIdToken = (audience) => Promise.resolve(`token for ${audience}`);
    const ci = redactingCi(shell);
    assert.equal(ci.context, shell.context);
    assert.equal(ci.cancelled, shell.cancelled);
    assert.equal(ci.input("host"), "https://example.com");
    assert.equal(ci.inputLabel("host"), "host");
    assert.equal(await ci.idToken("aud"), "token for aud");
    await ci.saveState("folder", "/temp/x");
    assert.equal(shell.states.get("folder"), "/temp/x");
  });
});
