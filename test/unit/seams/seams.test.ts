import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { openFile } from "../../../core/audit/sinks/file.ts";
import { SINKS } from "../../../core/audit/sinks/index.ts";
import type { OpenSink } from "../../../core/audit/sinks/sink.ts";
import { COMMANDS, type CommandTraits } from "../../../core/base/commands.ts";
import { EXCHANGES, type ExchangeTraits } from "../../../core/base/exchanges.ts";
import { pipelineClaims } from "../../../core/ci/claims.ts";
import { DIALECTS } from "../../../core/ci/index.ts";
import { parseInputs } from "../../../core/ci/inputs/inputs.ts";
import { parsePassEnv } from "../../../core/ci/inputs/pass-env.ts";
import type { InputTable } from "../../../core/ci/inputs/definition.ts";
import { INPUTS, inputTable } from "../../../core/ci/inputs/table.ts";
import { harmless } from "../../../core/ci/safe-for-log.ts";
import { RUN_COMMANDS } from "../../../core/commands/index.ts";
import { OPEN_EXCHANGES } from "../../../core/federation/exchanges/index.ts";
import { DEPLOYER } from "../../../sandbox/defaults.ts";
import { actionManifest, taskManifest } from "../../../scripts/manifests.ts";
import { FakeCi } from "../support/fake-ci.ts";
import { Flow, usualCli } from "../support/flow.ts";
import { SHIPYARD } from "./toy-dialect.ts";
import { BARTER, barter } from "./toy-exchange.ts";
import { WHOAMI, whoami } from "./toy-command.ts";

const commands: readonly CommandTraits[] = [...COMMANDS, WHOAMI];
const exchanges: readonly ExchangeTraits[] = [...EXCHANGES, BARTER];
const inputs = inputTable(commands, exchanges);

describe("a seam takes one more by its file and its line", () => {
  let flow: Flow;
  beforeEach(async () => {
    flow = await Flow.start();
  });
  afterEach(() => flow.stop());

  it("a command: its needs decide what is looked for, and the guard lets it run", async () => {
    const seams = { inputs, commands: { ...RUN_COMMANDS, whoami } };
    const context = { untrustedEvent: { event: "stranger", remedy: "no" } };
    assert.equal(await flow.run({ command: "whoami" }, usualCli({}), { seams, context }), 0, flow.error);
    assert.match(flow.ci.log.join("\n"), /^the workspace sees 5f8a6d3c/m);
    assert.deepEqual(flow.commands, [], "it needs no CLI, so none was started");
    assert.doesNotMatch(flow.ci.log.join("\n"), /Scan/);
    assert.match(flow.ci.summaryText, /^## ✅ .*whoami/);
  });

  it("a command that changes something is refused under an event that anybody can cause", async () => {
    const seams = { inputs: inputTable([...COMMANDS, { ...WHOAMI, changes: true }], EXCHANGES) };
    const context = { untrustedEvent: { event: "stranger", remedy: "no" } };
    assert.equal(await flow.run({ command: "whoami" }, usualCli({}), { seams, context }), 1);
    assert.match(flow.error, /^EVENT_NOT_TRUSTED: `whoami`/);
    assert.equal(flow.sandbox.requests.length, 0);
  });

  it("a command that uses what it does not say it needs is a defect that says so", async () => {
    const seams = {
      inputs,
      commands: { ...RUN_COMMANDS, whoami: RUN_COMMANDS.run },
    };
    assert.equal(await flow.run({ command: "whoami" }, usualCli({}), { seams }), 1);
    assert.match(flow.error, /^INTERNAL: cli is not there/);
  });

  it("an exchange: it is asked in place of the others, and stands in the audit and the summary", async () => {
    const { sandbox } = flow;
    await flow.run({ command: "plan" }, usualCli({}));
    const token = sandbox.handedOut.at(-1) ?? "";
    const before = sandbox.requests.length;
    const seams = { inputs, exchanges: { ...OPEN_EXCHANGES, barter: barter(() => token) } };
    const given = { command: "plan", exchange: "barter" };
    assert.equal(await flow.run(given, usualCli({}), { seams }), 0, flow.error);
    const asked = sandbox.requests.slice(before).map(({ path }) => path);
    assert.ok(!asked.some((path) => path.endsWith("/v1/token")), asked.join("\n"));
    assert.match(flow.ci.summaryText, /The market/);
    const audit = await readFile(flow.ci.outputs.get("audit-log") ?? "", "utf8");
    assert.match(audit, /"exchange":"barter"/);
  });

  it("a sink: it takes every event of the run, in the order of the file", async () => {
    const lines: string[] = [];
    const list: OpenSink = () =>
      Promise.resolve({
        take: async (line) => {
          await new Promise(setImmediate);
          lines.push(line);
        },
      });
    const seams = { sinks: [...SINKS, list] };
    assert.equal(await flow.run({ command: "plan" }, usualCli({}), { seams }), 0, flow.error);
    const file = await readFile(flow.ci.outputs.get("audit-log") ?? "", "utf8");
    assert.ok(lines.length > 1);
    assert.equal(lines.join(""), file);
  });

  it("a sink that refuses an event stops the run, and takes nothing from the others", async () => {
    const full: OpenSink = () => Promise.resolve({ take: () => Promise.reject(new Error("full")) });
    const seams = { sinks: [full, openFile] };
    assert.equal(await flow.run({ command: "plan" }, usualCli({}), { seams }), 1);
    assert.match(flow.error, /full/);
    assert.match(await readFile(flow.ci.outputs.get("audit-log") ?? "", "utf8"), /"class_uid":3002/);
  });

  it("a dialect: its token, its refusals and its labels", async () => {
    flow.sandbox.github.setEvent({ environment: "staging" });
    const ci = { dialect: SHIPYARD };
    assert.equal(await flow.run({}, usualCli({}), { ci }), 1);
    assert.match(flow.error, /^EXCHANGE_REFUSED: [^]*Ask the yard about the (subject|issuer|audience):/);
    assert.match(flow.error, /repo : /);
    flow.sandbox.github.claims = { ...flow.sandbox.github.claims, event_name: "stranger" };
    assert.equal(await flow.run({}, usualCli({}), { ci }), 1);
    assert.match(flow.error, /^EVENT_NOT_TRUSTED: [^]*Wait for the harbour master/);
    assert.deepEqual(pipelineClaims({ yard: "y" }, [...DIALECTS, SHIPYARD]), { repository: "y" });
  });

  it("a dialect: what is a credential or a command in its CI is so in every CI", () => {
    const dialects = [...DIALECTS, SHIPYARD];
    assert.throws(() => parsePassEnv("YARD_KEY", dialects), /not names of variables/);
    assert.deepEqual(parsePassEnv("YARD_KEY"), ["YARD_KEY"]);
    assert.equal(harmless("a @@yard ##vso[x]", dialects), "a @ @yard # #vso[x]");
  });

  it("an input: its value, and its place in both manifests", async () => {
    const colour = {
      description: "Colour of the ship.",
      default: "red",
      parse: (text: string) => text.length,
      form: { label: "Colour" },
    } as const;
    const table: InputTable = { ...INPUTS, "ship-colour": colour };
    const ci = new FakeCi({
      host: "https://adb-1.2.azuredatabricks.net",
      "client-id": DEPLOYER.applicationId,
    });
    const read = parseInputs(ci, table) as unknown as { readonly shipColour: number };
    assert.equal(read.shipColour, 3);
    const manifest = (file: string): Promise<string> =>
      readFile(new URL(`../../../${file}`, import.meta.url), "utf8");
    assert.match(
      await actionManifest(await manifest("action/action.yml"), table),
      /\n {2}ship-colour:\n {4}description: Colour of the ship\.\n {4}default: red\n/,
    );
    const task = await taskManifest(await manifest("tasks/DatabricksBundle/task.json"), table);
    assert.match(
      task,
      /"name": "shipColour",\s*"type": "string",\s*"label": "Colour",\s*"defaultValue": "red"/,
    );
  });
});
