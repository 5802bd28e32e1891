import { gzipSync, strToU8, zipSync } from "fflate";
import type { Random } from "./random.ts";

/** Ways a named value stands in a file: each gives the file's name and content. */
export interface FileType {
  readonly type: string;
  /** True if only values with a format of their own can be known in it. */
  readonly knownOnly?: true;
  readonly make: (
    name: string,
    value: string,
    random: Random,
  ) => readonly [file: string, content: Uint8Array];
}

const text = (
  type: string,
  extension: string,
  line: (name: string, value: string, random: Random) => string,
): FileType => ({
  type,
  make: (name, value, random) => [`f.${extension}`, strToU8(line(name, value, random))],
});

const ipynb = (source: string, output: string): string =>
  JSON.stringify(
    {
      cells: [
        { cell_type: "markdown", metadata: {}, source: ["# Load\n"] },
        {
          cell_type: "code",
          execution_count: 1,
          metadata: {},
          outputs: [{ name: "stdout", output_type: "stream", text: [output] }],
          source: [source, "run()"],
        },
      ],
      metadata: {},
      nbformat: 4,
      nbformat_minor: 5,
    },
    null,
    1,
  );

const noise = (random: Random, lines: number): string =>
  Array.from(
    { length: lines },
    () => `row_${random.hex(6)} = load("${random.word()}", ${random.digits(3)})\n`,
  ).join("");

export const FILE_TYPES: readonly FileType[] = [
  text("Python", "py", (n, v, r) => `${noise(r, 20)}${n} = "${v}"\n${noise(r, 5)}`),
  text(
    "Python notebook",
    "py",
    (n, v, r) => `# Databricks notebook source\n${noise(r, 3)}\n# COMMAND ----------\n\n${n} = '${v}'\n`,
  ),
  text("Python keyword argument", "py", (n, v) => `client = connect(host="h", ${n}="${v}")\n`),
  text("R notebook", "r", (n, v) => `# Databricks notebook source\n${n} <- "${v}"\n`),
  text("Scala notebook", "scala", (n, v) => `// Databricks notebook source\nval ${n}: String = "${v}"\n`),
  text("SQL notebook", "sql", (n, v) => `-- Databricks notebook source\nSET spark.${n} = '${v}';\n`),
  { type: "Jupyter source", make: (n, v) => ["f.ipynb", strToU8(ipynb(`${n} = "${v}"\n`, "ok\n"))] },
  { type: "Jupyter output", make: (n, v) => ["f.ipynb", strToU8(ipynb("show()\n", `{'${n}': '${v}'}\n`))] },
  text("YAML", "yml", (n, v) => `resources:\n  jobs:\n    load:\n      ${n}: ${v}\n`),
  text("YAML quoted", "yaml", (n, v) => `env:\n  - name: ${n.toUpperCase()}\n    value: "${v}"\n`),
  text("JSON", "json", (n, v) => JSON.stringify({ a: 1, [n]: v }, null, 2)),
  text("JSON Lines", "jsonl", (n, v, r) =>
    Array.from({ length: 50 }, (_, i) =>
      JSON.stringify(i === 30 ? { id: i, [n]: v } : { id: i, note: r.word() }),
    ).join("\n"),
  ),
  {
    type: "CSV",
    knownOnly: true,
    make: (n, v, r) => ["f.csv", strToU8(`id,key,value\n1,${r.word()},${r.digits(4)}\n2,${n},${v}\n`)],
  },
  {
    type: "Parquet footer",
    knownOnly: true,
    make: (n, v, r) => [
      "f.parquet",
      Buffer.concat([
        Buffer.from("PAR1"),
        r.bytes(3000),
        Buffer.from(`\0\x18\x04note\x18\0{"${n}": "${v}"}\0\x02`),
        Buffer.from("PAR1"),
      ]),
    ],
  },
  { type: "UTF-16", make: (n, v) => ["f.ps1", Buffer.from(`\ufeff$${n} = "${v}"\r\n`, "utf16le")] },
  text(
    "very long line",
    "json",
    (n, v, r) => `{"data":"${r.base64(150_000)}","${n}":"${v}","more":"${r.base64(60_000)}"}`,
  ),
  {
    type: "wheel",
    make: (n, v, r) => [
      `f.whl`,
      zipSync({ "pkg/__init__.py": strToU8(noise(r, 5)), "pkg/conf.py": strToU8(`${n} = "${v}"\n`) }),
    ],
  },
  {
    type: "jar in a zip",
    make: (n, v) => [
      "f.zip",
      zipSync({ "lib/app.jar": zipSync({ "application.properties": strToU8(`${n}=${v}\n`) }) }),
    ],
  },
  { type: "gzip", make: (n, v) => ["f.json.gz", gzipSync(strToU8(JSON.stringify({ [n]: v })))] },
  text("Lakeview dashboard", "lvdash.json", (n, v) =>
    JSON.stringify({
      datasets: [{ name: "a1b2c3", queryLines: [`SET spark.${n} = '${v}';\n`, "SELECT 1"] }],
    }),
  ),
  text("Terraform", "tf", (n, v) => `resource "x" "y" {\n  ${n} = "${v}"\n}\n`),
  text("properties", "properties", (n, v) => `app.${n}=${v}\n`),
  text("shell", "sh", (n, v) => `#!/bin/sh\nexport ${n.toUpperCase()}="${v}"\n`),
  text("dotenv", "env", (n, v) => `A=1\n${n.toUpperCase()}=${v}\n`),
  text("ini", "cfg", (n, v) => `[DEFAULT]\n${n} = ${v}\n`),
  text(
    "Hadoop XML",
    "xml",
    (n, v) =>
      `<configuration><property><name>app.${n}</name><value>${v}</value></property></configuration>\n`,
  ),
  text("Dockerfile", "dockerfile", (n, v) => `FROM x\nENV ${n.toUpperCase()}=${v}\n`),
  text("Markdown", "md", (n, v) => `# How to\n\n\`\`\`python\n${n} = "${v}"\n\`\`\`\n`),
];

/** Ways to hide a value with a format of its own; text of a Python file. */
export const HIDINGS: readonly {
  readonly type: string;
  readonly make: (value: string, random: Random) => string;
}[] = [
  { type: "concatenated", make: (v, r) => split(v, 3 + r.below(6), '" + "') },
  { type: "concatenated over lines", make: (v, r) => split(v, 5 + r.below(6), '"\n    "') },
  { type: "concatenated in SQL", make: (v, r) => join(v, 6 + r.below(4)) },
  { type: "base64", make: (v) => `BLOB = "${Buffer.from(v).toString("base64")}"\n` },
  {
    type: "base64 with a lead",
    make: (v, r) => `BLOB = "${Buffer.from(`${r.pick(["x:", "k="])}${v}`).toString("base64")}"\n`,
  },
  { type: "hex", make: (v) => `BLOB = bytes.fromhex("${Buffer.from(v).toString("hex")}")\n` },
];

function split(value: string, at: number, joiner: string): string {
  return `x = ("${value.slice(0, at)}${joiner}${value.slice(at)}")\n`;
}

function join(value: string, at: number): string {
  return `SET x = '${value.slice(0, at)}' || '${value.slice(at)}';\n`;
}
