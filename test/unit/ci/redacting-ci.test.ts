import assert from "node:assert/strict";
import fc from "fast-check";
import { redactingHost } from "../../../core/ci/redacting-ci.ts";
import { redact } from "../../../core/base/redact.ts";
import { jobSummary } from "../../../core/report/job-summary.ts";
import { SecretlessError } from "../../../core/base/errors.ts";
import type { Facts } from "../../../core/report/facts.ts";
import { FakeHost } from "../support/fake-ci.ts";

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
        const shell = new FakeHost();
        const host = redactingHost(shell);
        host.mask(value);
        const at = position % value.length;
        for (const text of [value, `${value.slice(0, at)}\u001b[31m${value.slice(at)}\u001b[0m`]) {
          host.info(`x ${text} y`);
          host.debug(text);
          host.annotate("error", text, { file: "databricks.yml" });
          await host.group(text, () => Promise.resolve());
        }
        await host.output("plan", JSON.stringify({ value }));
        await host.summary(`| ${value} |`);
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
        redactingHost(new FakeHost()).mask(value);
        const facts: Facts = {
          command: "deploy",
          workspaceUrl: "https://example.com",
          runUrl: "",
          warnings: [value],
        };
        const jobs = [{ key: value, id: "1", name: value, url: "https://example.com/1" }];
        const problem = `no ${value.slice(0, 3)}\u001b[1m${value.slice(3)}`;
        const markdown = jobSummary({ ...facts, jobs }, new SecretlessError("DEPLOY_FAILED", { problem }));
        const plain = redact(markdown).replace(/&#(\d+);/g, (_, mark: string) =>
          String.fromCharCode(Number(mark)),
        );
        assert.ok(!plain.includes(value), plain);
      }),
    );
  });

  it("is the host in everything else", async () => {
    const shell = new FakeHost({ host: "https://example.com" });
    shell.mintIdToken = (audience) => Promise.resolve(`token for ${audience}`);
    const host = redactingHost(shell);
    assert.equal(host.context, shell.context);
    assert.equal(host.cancelled, shell.cancelled);
    assert.equal(host.input("host"), "https://example.com");
    assert.equal(host.inputLabel("host"), "host");
    assert.equal(await host.idToken("aud"), "token for aud");
    await host.saveState("folder", "/temp/x");
    assert.equal(shell.states.get("folder"), "/temp/x");
  });
});
