import { mkdir, writeFile } from "node:fs/promises";
import path from "node:path";
import { allRight } from "../../../core/base/all-right.ts";
import { systemClock } from "../../../core/base/clock-and-platform.ts";
import { SecretlessError, type Mistake } from "../../../core/base/errors.ts";
import { checkHostPin } from "../../../core/bundle/host-pin.ts";
import { AZURE_DEVOPS } from "../../../core/ci/azure-devops/dialect.ts";
import { parseInputs } from "../../../core/ci/inputs/inputs.ts";
import { INPUTS, type InputName } from "../../../core/ci/inputs/table.ts";
import { readAccess } from "../../../core/flow/access/files.ts";
import { givenVariables } from "../../../core/flow/bundle-variables.ts";
import type { Step } from "../../../core/flow/step.ts";
import { placeText } from "../../../core/report/error-text.ts";
import { EXCEPTIONS_FILE, parseExceptions } from "../../../core/scan/exceptions.ts";
import { inCheckout } from "../bundle/checkouts.ts";
import { FakeCi } from "../support/fake-ci.ts";

/** What a user has written. */
export interface Written {
  /** They are added to a host and a client ID. */
  readonly inputs?: Partial<Record<InputName, string>>;
  /** Variables of the job. */
  readonly env?: Readonly<Record<string, string>>;
  /** Read by the Azure DevOps task. */
  readonly azure?: true;
  /** Files of the checkout; `databricks.yml` is a good one if it is left out. */
  readonly files?: Readonly<Record<string, string>>;
  /** `.secretless-ignore.yml` alone. */
  readonly exceptions?: string;
}

/** One mistake of a user, and what the step says of it, to the letter. */
export interface MistakeRow extends Told {
  readonly what: string;
  readonly written: Written;
  /** Problems of what follows from it. */
  readonly more?: readonly string[];
}

/** A mistake as the table has it: what a user reads. */
export interface Told {
  readonly code: string;
  readonly place: string;
  readonly problem: string;
  readonly wanted: string;
  readonly found: string;
  readonly remedy: string;
}

export const BUNDLE = `bundle: { name: shop }
variables:
  catalog: { default: main }
  clusters: { type: complex, default: [] }
targets:
  dev: { default: true }
  prod: {}
`;

const GOOD = {
  host: "https://adb-1234567890123456.7.azuredatabricks.net",
  "client-id": "5f8a6d3c-0000-4000-8000-00000000ab12",
} as const;

/** Everything that the step finds wrong before it asks the workspace for anything, in its order. */
export async function toldOf(written: Written): Promise<Told[]> {
  const { inputs = {}, env = {}, azure, files = {}, exceptions } = written;
  if (exceptions !== undefined) return toldOfExceptions(exceptions);
  return inCheckout({}, async (checkout) => {
    for (const [name, text] of Object.entries({ "databricks.yml": BUNDLE, ...files })) {
      if (text === "") continue;
      await mkdir(path.dirname(path.join(checkout, name)), { recursive: true });
      await writeFile(path.join(checkout, name), text);
    }
    const ci = new FakeCi({ ...GOOD, ...inputs }, { checkout });
    if (azure) {
      ci.dialect = AZURE_DEVOPS;
      ci.inputLabel = AZURE_DEVOPS.inputLabel.bind(AZURE_DEVOPS);
    }
    try {
      await read(ci, env);
      return [];
    } catch (error) {
      if (!(error instanceof SecretlessError)) throw error;
      return toldBy(error);
    }
  });
}

async function read(ci: FakeCi, environment: Readonly<Record<string, string>>): Promise<void> {
  const inputs = parseInputs(ci, INPUTS, environment);
  const { checkout } = ci.context;
  const platform = { os: "linux", arch: "x64" } as const;
  const ports = { clock: systemClock, platform, environment };
  const step = { ci, inputs, ports, found: () => undefined } as unknown as Step;
  const bundleRoot = path.resolve(checkout, inputs.bundleRoot);
  const judged = checkHostPin({ ...inputs, bundleRoot, checkout, platform });
  await allRight([judged, givenVariables(step, judged), readAccess(step, bundleRoot, judged)]);
}

function toldBy({ code, details, mistakes }: SecretlessError): Told[] {
  return (mistakes.length > 0 ? mistakes : [details]).map((one) => told(code, one));
}

/** What the scan finds wrong with its exceptions. */
function toldOfExceptions(text: string): Told[] {
  const { mistakes } = parseExceptions(text, EXCEPTIONS_FILE, "2026-11-25");
  return mistakes.map((one) => told("EXCEPTIONS_INVALID", one));
}

function told(code: string, { problem, expected = "", actual = "", remedy = "", place }: Mistake): Told {
  return { code, place: place ? placeText(place) : "", problem, wanted: expected, found: actual, remedy };
}
