import { readdir, readFile } from "node:fs/promises";
import path from "node:path";
import { parse, stringify } from "yaml";

const root = path.resolve(import.meta.dirname, "../../..");

/** A block of code of a page. */
export interface Block {
  /** Such as `docs/login.md:6`. */
  readonly where: string;
  readonly text: string;
}

/** Every page for people, relative to the repository. */
export async function pages(): Promise<readonly string[]> {
  const docs = (await readdir(path.join(root, "docs"))).map((page) => `docs/${page}`);
  const examples = (await readdir(path.join(root, "examples"))).map((name) => `examples/${name}/README.md`);
  return ["README.md", "CONTRIBUTING.md", "SECURITY.md", "extension/overview.md", ...docs, ...examples];
}

/** The blocks of a page: fenced, or indented by four blanks or more. */
export async function blocksOf(page: string): Promise<readonly Block[]> {
  const lines = (await readFile(path.join(root, page), "utf8")).split("\n");
  const blocks: { line: number; lines: string[] }[] = [];
  let open: { line: number; lines: string[] } | undefined;
  let fence: string | undefined;
  for (const [at, line] of lines.entries()) {
    const [, mark] = /^ *(`{3,})/.exec(line) ?? [];
    const begins = /^ {4,}\S/.test(line) && (lines[at - 1] ?? "").trim() === "";
    if (mark !== undefined) {
      fence = fence === undefined ? mark : undefined;
      open = fence === undefined ? undefined : { line: at + 2, lines: [] };
      if (open) blocks.push(open);
    } else if (fence !== undefined) open?.lines.push(line);
    else if (open === undefined && begins) blocks.push((open = { line: at + 1, lines: [line] }));
    else if (line.trim() === "" || /^ {4}/.test(line)) open?.lines.push(line);
    else open = undefined;
  }
  return blocks.map(({ line, lines: text }) => ({ where: `${page}:${String(line)}`, text: dedented(text) }));
}

function dedented(lines: readonly string[]): string {
  const indents = lines.filter((line) => line.trim() !== "").map((line) => line.search(/\S/));
  const text = lines.map((line) => line.slice(Math.min(...indents))).join("\n");
  return `${text.trimEnd()}\n`;
}

/** Every block of every page. */
export async function allBlocks(): Promise<readonly Block[]> {
  return (await Promise.all((await pages()).map(blocksOf))).flat();
}

/** The value of a block that is YAML of a mapping or list; undefined for all others. */
export function yamlOf({ text }: Block): object | undefined {
  if (text.startsWith("%")) return undefined;
  try {
    const value = parse(text) as unknown;
    return typeof value === "object" && value !== null ? value : undefined;
  } catch {
    return undefined;
  }
}

/** What stands for a place that the reader fills in. */
export function filled(text: string): string {
  return text
    .replaceAll("@<sha>", `@${"0123456789abcdef".repeat(3).slice(0, 40)}`)
    .replaceAll("<owner>", "example-org")
    .replace(/<applicationId[^>]*>/g, "5f8a6d3c-91b2-4e07-8c4d-6a1f0b9e2d75");
}

/** A block of a GitHub workflow as a whole one, with what the page leaves to the reader; undefined for all other blocks. */
export function workflowOf(block: Block): string | undefined {
  const value = yamlOf(block);
  if (value === undefined) return undefined;
  const text = filled(block.text);
  if ("jobs" in value && "on" in value) return text;
  const indented = (by: number): string => text.replace(/^(?=.)/gm, " ".repeat(by));
  const head = `name: part\non: push\npermissions: {}\nconcurrency:\n  group: part\njobs:\n  part:\n    name: part\n    runs-on: ubuntu-latest\n`;
  if (Array.isArray(value)) {
    const steps = value as readonly object[];
    const isStep = (step: object): boolean => "uses" in step || ("run" in step && !("task" in step));
    return steps.every(isStep) ? `${head}    steps:\n${indented(6)}` : undefined;
  }
  if ("steps" in value && stringify(value).includes("uses:")) return head + indented(4);
  if ("strategy" in value && "environment" in value)
    return `${head}${indented(4)}    steps:\n      - run: "true"\n`;
  if ("with" in value && Object.keys(value).length === 1)
    return `${head}    steps:\n      - uses: ${filled("<owner>/databricks-secretless@<sha>")}\n${indented(8)}`;
  return undefined;
}
