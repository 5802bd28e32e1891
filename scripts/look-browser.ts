import { execFile } from "node:child_process";
import { access, constants, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { promisify } from "node:util";

const NAMES = ["chromium", "chromium-browser", "google-chrome"];

/** The absolute path of Chromium on PATH; undefined if there is none. */
export async function chromium(): Promise<string | undefined> {
  for (const folder of (process.env["PATH"] ?? "").split(path.delimiter))
    for (const name of NAMES) {
      const file = path.join(folder, name);
      const there = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      if (there && path.isAbsolute(file)) return file;
    }
  return undefined;
}

/** Runs it without a window, with a profile that goes. */
async function browse(file: string, width: number, args: readonly string[]): Promise<string | undefined> {
  const program = await chromium();
  if (program === undefined) return undefined;
  const profile = await mkdtemp(path.join(os.tmpdir(), "chromium-"));
  try {
    const { stdout } = await promisify(execFile)(
      program,
      [
        ...["--headless=new", "--no-sandbox", "--disable-gpu", "--hide-scrollbars", "--no-first-run"],
        ...[
          `--user-data-dir=${profile}`,
          `--window-size=${String(width)},2400`,
          "--virtual-time-budget=2000",
        ],
        ...[...args, `file://${file}`],
      ],
      // It keeps caches and crash reports in the home folder.
      {
        env: { ...process.env, HOME: profile, XDG_CONFIG_HOME: profile, XDG_CACHE_HOME: profile },
        maxBuffer: 1e8,
      },
    );
    return stdout;
  } finally {
    await rm(profile, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** A picture of the page, beside it; undefined without Chromium. */
export async function screenshot(file: string, width: number): Promise<string | undefined> {
  const picture = file.replace(/\.html$/, ".png");
  return (await browse(file, width, [`--screenshot=${picture}`])) === undefined ? undefined : picture;
}

interface Edge {
  readonly text: string;
  readonly right: number;
}

export interface Sizes {
  /** Pixels that the page is wide, with all that sticks out. */
  readonly widest: number;
  /** The first heading, and each paragraph and list item that is not folded, with its right edge. */
  readonly heading: Edge;
  readonly texts: readonly Edge[];
}

const MEASURE = `<script>
  const edge = (element) => ({
    text: element.textContent,
    right: Math.floor(element.getBoundingClientRect().right),
  });
  const shown = (element) => element.checkVisibility();
  const text = [...document.querySelectorAll("p, li")].filter(shown);
  const sizes = {
    widest: document.documentElement.scrollWidth,
    heading: edge(document.querySelector("h2")),
    texts: text.map(edge),
  };
  document.body.innerHTML = "<pre id=sizes></pre>";
  document.getElementById("sizes").textContent = btoa(unescape(encodeURIComponent(JSON.stringify(sizes))));
</script>`;

/** How wide the page is laid out; undefined without Chromium. */
export async function measure(file: string, width: number): Promise<Sizes | undefined> {
  const copy = file.replace(/\.html$/, ".measured.html");
  await writeFile(copy, (await readFile(file, "utf8")) + MEASURE);
  try {
    const dom = await browse(copy, width, ["--dump-dom"]);
    if (dom === undefined) return undefined;
    const found = /<pre id="sizes">([^<]+)</.exec(dom)?.[1];
    if (found === undefined) throw new Error(`Chromium did not measure ${file}`);
    return JSON.parse(Buffer.from(found, "base64").toString("utf8")) as Sizes;
  } finally {
    await rm(copy, { force: true });
  }
}
