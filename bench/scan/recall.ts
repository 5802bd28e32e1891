import { scoreCorpus } from "./score.ts";

/** Prints recall and precision for the given seeds, with everything that was missed or wrongly found. */
const seeds = process.argv.slice(2).map(Number);
for (const seed of seeds.length > 0 ? seeds : [1]) {
  const score = await scoreCorpus(seed);
  const { planted, lookAlikes, found, recall, precision } = score;
  console.log(
    `seed ${seed}: ${found} of ${planted} planted, ${score.false.length} false in ${lookAlikes} look-alikes; recall ${recall.toFixed(3)}, precision ${precision.toFixed(3)}`,
  );
  for (const { file, planted: what } of score.missed)
    console.log(`  missed ${what?.kind} in ${what?.where} (${file}): ${what?.value.slice(0, 60)}`);
  for (const { file, rule } of score.false)
    console.log(
      `  false ${rule} in ${file.file}: ${Buffer.from(file.content).toString("utf8").slice(0, 140)}`,
    );
}
