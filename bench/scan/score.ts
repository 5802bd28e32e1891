import { scanFile } from "../../core/scan/files/scan-file.ts";
import { fingerprint } from "../../core/scan/finding.ts";
import { makeCorpus, type CorpusFile } from "./corpus.ts";

export interface Score {
  readonly planted: number;
  readonly lookAlikes: number;
  readonly found: number;
  readonly missed: readonly CorpusFile[];
  /** Findings where nothing is planted, with what was found. */
  readonly false: readonly { readonly file: CorpusFile; readonly rule: string }[];
  readonly recall: number;
  readonly precision: number;
}

const KEY = "corpus";

/** What of the planted value the scanner may report: all of it, or the secret part of a URL or connection string. */
function parts(value: string): Set<string> {
  const pieces = [value, value.replace(/^-----BEGIN[^\n]*-----|-----END[^\n]*-----$/g, "")];
  const secret =
    /:\/\/[^:/]*:(?<a>[^@]+)@|(?:AccountKey|SharedAccessKey)=(?<b>[^;]+)|sig=(?<c>[^&]+)|services\/(?<d>.+)$/.exec(
      value,
    );
  for (const piece of Object.values<string | undefined>(secret?.groups ?? {}))
    if (piece !== undefined) pieces.push(piece);
  return new Set(pieces.map((piece) => fingerprint(piece, KEY)));
}

async function* once(content: Uint8Array): AsyncGenerator<Uint8Array> {
  yield await Promise.resolve(content);
}

/** Scans a corpus and counts. A finding counts as right only if it is of the very value that was planted. */
export async function scoreCorpus(seed: number): Promise<Score> {
  const corpus = makeCorpus(seed);
  const missed: CorpusFile[] = [];
  const wrong: { file: CorpusFile; rule: string }[] = [];
  let found = 0;
  for (const file of corpus) {
    const { findings } = await scanFile({ name: file.file, read: () => once(file.content) }, KEY);
    const wanted = file.planted === undefined ? new Set<string>() : parts(file.planted.value);
    const right = findings.filter(
      (finding) => wanted.has(finding.fingerprint) || isKeyBody(file, finding.rule.id),
    );
    for (const finding of findings) if (!right.includes(finding)) wrong.push({ file, rule: finding.rule.id });
    if (right.length > 0) found++;
    else if (file.planted !== undefined) missed.push(file);
  }
  const planted = corpus.filter((file) => file.planted !== undefined).length;
  const lookAlikes = corpus.length - planted;
  return {
    planted,
    lookAlikes,
    found,
    missed,
    false: wrong,
    recall: found / planted,
    precision: found / (found + wrong.length),
  };
}

/** A private key's value is its body as it stands in the file, with escapes. */
function isKeyBody(file: CorpusFile, rule: string): boolean {
  return file.planted?.kind === "Private key" && rule === "private-key";
}
