import { deflateRawSync, gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { inRoot, LEAK, TOKEN, write, type HidingPlace } from "./hiding-places.ts";

/** The token as YAML and JSON may write it, so that the file's text does not hold it. */
const ESCAPED = `\\u0064api${TOKEN.slice(4)}`;
const job = (fields: string): string => `resources: { jobs: { j: { name: j, ${fields} } } }\n`;
const param = (value: string): string => job(`parameters: [{ name: t, default: ${value} }]`);
const archive = (content: string, level: 0 | 6 = 6): Uint8Array =>
  zipSync({ "pkg/load.py": strToU8(content) }, { level });
const bytes = (...parts: (string | Uint8Array)[]): Uint8Array =>
  Buffer.concat(parts.map((part) => (typeof part === "string" ? Buffer.from(part, "latin1") : part)));

/** An empty comment has the length 0 in the last two bytes (PKWARE APPNOTE 4.3.16). */
function zipWithComment(comment: string): Uint8Array {
  const zip = Buffer.from(archive("a = 1\n"));
  zip.writeUInt16LE(comment.length, zip.length - 2);
  return bytes(zip, comment);
}

function tarEntry(name: string, type: string, content: string): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write("0000644\0", 100);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("        ", 148);
  header.write(type, 156);
  header.write("ustar\u000000", 257, "latin1");
  let sum = 0;
  for (const byte of header) sum += byte;
  header.write(`${sum.toString(8).padStart(6, "0")}\0 `, 148);
  const body = Buffer.alloc(Math.ceil(content.length / 512) * 512);
  body.write(content);
  return Buffer.concat([header, body]);
}
const END_OF_TAR = Buffer.alloc(1024);
const paxRecord = ` comment=${TOKEN}\n`;

/** RFC 1952: a member whose header holds a comment. */
const gzipWithComment = (comment: string): Uint8Array => {
  const plain = Buffer.from("a = 1\n");
  const trailer = gzipSync(plain).subarray(-8);
  return bytes("\x1f\x8b\x08\x10\0\0\0\0\0\x03", comment, "\0", deflateRawSync(plain), trailer);
};

const dashboard = JSON.stringify({ pages: [{ name: "p", displayName: TOKEN }] });

/** Further ways past the scan, none of which is code of the bundle. */
export const MORE_HIDING_PLACES: readonly HidingPlace[] = [
  // What is no value of a resource.
  { ...inRoot("a key of tags, escaped", job(`tags: { "${ESCAPED}": x }`)), sample: true },
  inRoot("the key of a job, escaped", `resources: { jobs: { "${ESCAPED}": { name: j } } }\n`),
  {
    name: "the name of the bundle, escaped",
    files: {
      "databricks.yml": `bundle: { name: "${ESCAPED}" }\nworkspace: { root_path: /Workspace/Shared/hidden }\ntargets: { prod: {} }\n`,
    },
  },
  {
    name: "the origin that the bundle says it has, escaped",
    files: {
      "databricks.yml": `bundle: { name: h, git: { origin_url: "https://x:${ESCAPED}@example.com/r" } }\nworkspace: { root_path: /Workspace/Shared/hidden }\ntargets: { prod: {} }\n`,
    },
  },
  {
    name: "a folder of the workspace, escaped",
    files: {
      "databricks.yml": `bundle: { name: h }\nworkspace: { root_path: /Workspace/Shared/hidden, file_path: "/Workspace/Shared/hidden/${ESCAPED}" }\ntargets: { prod: {} }\n`,
      "a.py": "a = 1\n",
    },
  },
  { ...inRoot("the name of a file", "", { [`src/${TOKEN}.py`]: "a = 1\n" }), sample: true },
  inRoot("the name of a folder", "", { [`src/${TOKEN}/a.py`]: "a = 1\n" }),
  // Values that the text does not show.
  inRoot("a parameter, escaped", param(`"${ESCAPED}"`)),
  inRoot("a parameter over two lines", param(`"${TOKEN.slice(0, 12)}\\\n      ${TOKEN.slice(12)}"`)),
  inRoot("a parameter in base64 of YAML", param(`!!binary ${Buffer.from(TOKEN).toString("base64")}`)),
  inRoot("variable-overrides.json", `variables: { v: { default: a } }\n${param("'${var.v}'")}`, {
    ".databricks/bundle/prod/variable-overrides.json": `{"v": "${ESCAPED}"}`,
    ".gitignore": "gen/\n",
  }),
  inRoot(
    "variable-overrides.json for sync.include",
    "variables: { v: { default: a } }\nsync: { include: ['${var.v}'] }\n",
    {
      ".databricks/bundle/prod/variable-overrides.json": '{"v": "gen/*.py"}',
    },
  ),
  inRoot(
    "a dashboard that is not synchronised",
    `resources: { dashboards: { d: { display_name: d, warehouse_id: w, file_path: ./gen/d.lvdash.json } } }\n`,
    {
      "gen/leak.py": "",
      "gen/d.lvdash.json": dashboard,
    },
  ),
  // Patterns.
  ...[
    "gen/(leak|x).py",
    "gen/leak.py$",
    "^gen/leak.py",
    "gen/leak\\.py",
    "gen/lea[^x].py",
    "gen/l{1}eak.py",
    "/gen/leak.py",
    "gen",
    "**/leak.py",
    "gen/**",
    "le*.py ",
  ].map((pattern) => inRoot(`sync.include: ${pattern}`, `sync: { include: [${JSON.stringify(pattern)}] }\n`)),
  ...["./src/.", "src//", "lib/../src", "src/leak.py", "./src/leak.py"].map((path) =>
    inRoot(`sync.paths: ${path}`, `sync: { paths: [${JSON.stringify(path)}] }\n`, {
      "src/leak.py": LEAK,
      "lib/a.py": "",
    }),
  ),
  inRoot("an include below .databricks", "sync: { include: ['.databricks/*.py'] }\n", {
    ".databricks/leak.py": LEAK,
  }),
  // What git ignores.
  ...Object.entries({
    "with a byte order mark": "\ufeffgen/\n",
    "with a tab behind": "gen/\t\n",
    "with a no-break space behind": "gen/\u00a0\n",
    "with a carriage return inside": "gen\r/\n",
    "with a class": "ge[^n]/\n",
    "with a regular expression": "(gen|x)/\n",
    "with a question mark": "ge?/\n",
  }).map(([what, text]) => inRoot(`a .gitignore ${what}`, "", { ".gitignore": text })),
  inRoot("a .gitignore in UTF-16", "", { ".gitignore": Buffer.from("\ufeffgen/\n", "utf16le") }),
  { ...inRoot("a file whose name is no UTF-8", "", { "src/a\udcff.py": LEAK }), unknown: true },
  {
    ...inRoot(
      "a library whose name is no UTF-8",
      job(
        "tasks: [{ task_key: a, existing_cluster_id: c, spark_jar_task: { main_class_name: m }, libraries: [{ jar: ./gen/*.jar }] }]",
      ),
      {
        "gen/leak.py": "",
        "gen/a\udcff.jar": LEAK,
      },
    ),
    unknown: true,
  },
  {
    ...inRoot(
      "a list of uploaded files that postdeploy has changed",
      `experimental: { scripts: { predeploy: ${JSON.stringify(write("made.py"))}, postdeploy: "rm made.py; sed -i s,made[.]py,gen/x.py,g $DATABRICKS_BUNDLE_TMP/prod/sync-snapshots/*.json" } }\n`,
      { "gen/x.py": "" },
    ),
    late: true,
  },
  {
    ...inRoot("an archive of a kind that is not opened", "", {
      "a.xz": bytes("\xfd7zXZ\0", LEAK.replace(/./g, "x")),
    }),
    unknown: true,
  },
  // Archives and encodings.
  inRoot("a zip behind other bytes", "", {
    "gen/leak.py": "",
    "a.pyz": bytes("#!/usr/bin/env python3\n", archive(LEAK)),
  }),
  inRoot(
    "a library that is a zip behind other bytes",
    job(
      "tasks: [{ task_key: a, existing_cluster_id: c, spark_jar_task: { main_class_name: m }, libraries: [{ jar: ./gen/a.jar }] }]",
    ),
    {
      "gen/leak.py": "",
      "gen/a.jar": bytes("x", archive(LEAK)),
    },
  ),
  { ...inRoot("the comment of a zip", "", { "a.zip": zipWithComment(TOKEN) }), sample: true },
  {
    ...inRoot("bytes between the parts of a zip", "", {
      "a.zip": bytes(archive("a = 1\n"), LEAK, archive("b = 1\n")),
    }),
    unknown: true,
  },
  inRoot("the name of a member", "", { "a.zip": zipSync({ [`${TOKEN}.py`]: strToU8("a = 1\n") }) }),
  inRoot("the comment of a gzip file", "", { "a.gz": gzipWithComment(TOKEN) }),
  inRoot("a header of a tar archive", "", {
    "a.tgz": gzipSync(
      Buffer.concat([
        tarEntry("pax", "x", `${String(paxRecord.length + 2)}${paxRecord}`),
        tarEntry("a.py", "0", "a = 1\n"),
        END_OF_TAR,
      ]),
    ),
  }),
  inRoot("bytes behind the end of a tar archive", "", {
    "a.tgz": gzipSync(
      Buffer.concat([tarEntry("a.py", "0", "a = 1\n"), END_OF_TAR, tarEntry("b.py", "0", LEAK), END_OF_TAR]),
    ),
  }),
  inRoot("UTF-16 without a byte order mark", "", { "a.py": Buffer.from(LEAK, "utf16le") }),
  inRoot("UTF-16, the other way round", "", { "a.py": Buffer.from(`\ufeff${LEAK}`, "utf16le").swap16() }),
  inRoot("UTF-32", "", {
    "a.py": Buffer.from(Uint32Array.from(`\ufeff${LEAK}`, (one) => one.codePointAt(0) ?? 0).buffer),
  }),
  inRoot("a border of two reads", "", { "a.py": `${"#".repeat((1 << 20) - 12)}\n${LEAK}` }),
  inRoot("a border of the first read", "", { "a.py": `${"#".repeat((64 << 10) - 20)}\n${LEAK}` }),
];
