import { FILE_TYPES, HIDINGS } from "./files.ts";
import { FORMED_KINDS } from "./formed-kinds.ts";
import { NAMED_KINDS } from "./kinds.ts";
import { LOOK_ALIKES } from "./look-alikes.ts";
import { Random } from "./random.ts";

/** One file of the corpus. */
export interface CorpusFile {
  readonly file: string;
  readonly content: Uint8Array;
  /** What is planted; absent in a look-alike. */
  readonly planted?: { readonly kind: string; readonly value: string; readonly where: string };
}

/** Formats that keep their prefix when cut or encoded, and so can be hidden. */
const HIDEABLE = new Set([
  "Databricks PAT",
  "Databricks OAuth secret",
  "GitHub token",
  "GitLab token",
  "AWS access key ID",
  "npm token",
  "OpenAI key",
  "Grafana token",
  "Docker Hub token",
  "Google API key",
]);

/** Makes a corpus of planted credentials and of look-alikes; the same seed gives the same bytes. */
export function makeCorpus(seed: number): CorpusFile[] {
  const random = new Random(seed);
  const files: CorpusFile[] = [];
  const add = (file: string, content: Uint8Array, planted?: CorpusFile["planted"]): void => {
    const folder = String(files.length).padStart(4, "0");
    files.push({ file: `${folder}/${file}`, content, ...(planted !== undefined && { planted }) });
  };
  [...NAMED_KINDS, ...FORMED_KINDS].forEach(({ kind, name, make, known, forms }, index) => {
    if (forms !== undefined) {
      for (const form of forms) {
        const value = make(random);
        const [extension, text] = form(value, random);
        add(`f.${extension}`, Buffer.from(text), { kind, value, where: extension });
      }
      return;
    }
    const types = FILE_TYPES.filter((type) => known || type.knownOnly !== true);
    for (let i = 0; i < 3; i++) {
      const type = types[(index * 3 + i + random.below(types.length)) % types.length];
      const value = make(random);
      if (type === undefined) continue;
      const [file, content] = type.make(name, value, random);
      add(file, content, { kind, value, where: type.type });
    }
    if (!HIDEABLE.has(kind)) return;
    for (const hiding of [random.pick(HIDINGS), random.pick(HIDINGS)]) {
      const value = make(random);
      add("f.py", Buffer.from(hiding.make(value, random)), { kind, value, where: hiding.type });
    }
  });
  for (const lookAlike of LOOK_ALIKES) {
    const [extension, text] = lookAlike(random);
    add(`f.${extension}`, Buffer.from(text, extension === "parquet" ? "latin1" : "utf8"));
  }
  return files;
}
