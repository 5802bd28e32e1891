import { lintSource } from "@secretlint/core";
import { creator } from "@secretlint/secretlint-rule-preset-recommend";
import { makeCorpus } from "./corpus.ts";
import { scoreCorpus } from "./score.ts";

/** What secretlint's recommended rules find in the same corpus, for comparison: nothing of it is part of the product. */
async function messagesOf(file: string, content: string): Promise<number> {
  const extension = file.slice(file.lastIndexOf("."));
  const result = await lintSource({
    source: { filePath: file, content, ext: extension, contentType: "text" },
    options: { config: { rules: [{ id: "preset", rule: creator }] }, maskSecrets: true },
  });
  return result.messages.length;
}

interface Row {
  planted: number;
  ours: number;
  secretlint: number;
}

/** Counts for each kind how many of the planted values are found by us and by secretlint. */
export async function compare(
  seed: number,
): Promise<{ rows: Map<string, Row>; falseOfSecretlint: number; falseOfOurs: number }> {
  const rows = new Map<string, Row>();
  const { missed, false: wrong } = await scoreCorpus(seed);
  const missedFiles = new Set(missed.map(({ file }) => file));
  let falseOfSecretlint = 0;
  for (const { file, content, planted } of makeCorpus(seed)) {
    const messages = await messagesOf(file, Buffer.from(content).toString("utf8"));
    if (planted === undefined) {
      falseOfSecretlint += messages;
      continue;
    }
    const row = rows.get(planted.kind) ?? { planted: 0, ours: 0, secretlint: 0 };
    row.planted++;
    if (!missedFiles.has(file)) row.ours++;
    if (messages > 0) row.secretlint++;
    rows.set(planted.kind, row);
  }
  return { rows, falseOfSecretlint, falseOfOurs: wrong.length };
}

const { rows, falseOfSecretlint, falseOfOurs } = await compare(Number(process.argv[2] ?? 1));
console.log("| kind | planted | found | found by secretlint |\n|---|---|---|---|");
for (const [kind, { planted, ours, secretlint }] of rows)
  console.log(`| ${kind} | ${planted} | ${ours} | ${secretlint} |`);
const total = (pick: (row: Row) => number): number =>
  [...rows.values()].reduce((sum, row) => sum + pick(row), 0);
console.log(
  `| **all** | ${total((row) => row.planted)} | ${total((row) => row.ours)} | ${total((row) => row.secretlint)} |`,
);
console.log(`\nFalse findings in look-alikes: ${falseOfOurs}; secretlint: ${falseOfSecretlint}`);
