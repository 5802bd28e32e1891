import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";

// core/databricks/find.ts
import { stat, realpath, access, constants } from "node:fs/promises";
import { posix, win32 } from "node:path";
var REAL = {
  executable: async (path) => {
    try {
      if (!(await stat(path)).isFile()) return void 0;
      await access(path, constants.X_OK);
      return await realpath(path);
    } catch {
      return void 0;
    }
  },
  folder: (path) => realpath(path).catch(() => path)
};
async function findCli(options) {
  const { platform, environment, probe = REAL } = options;
  const path = platform.os === "win32" ? win32 : posix;
  const notes = [];
  const checkout = await probe.folder(options.checkout);
  const inCheckout = (file) => isInside(file, checkout, platform) || isInside(file, options.checkout, platform);
  const entries = (variable(environment, "PATH", platform) ?? "").split(path.delimiter);
  for (const entry of entries.map((text) => unquoted(text, platform))) {
    if (!isAbsolute(entry, path)) {
      if (entry !== "") notes.push(`PATH entry \`${entry}\` was passed over: it is not absolute.`);
      continue;
    }
    for (const name of names(environment, platform)) {
      const file = path.join(entry, name);
      const real = await probe.executable(file);
      if (real === void 0) continue;
      if (!inCheckout(file) && !inCheckout(real)) return { file, notes };
      notes.push(
        `\`${file}\` was passed over: it is inside the checkout, so the code under test could replace it.`
      );
    }
  }
  throw new SecretlessError("CLI_NOT_FOUND", {
    problem: "The Databricks CLI was not found on PATH.",
    expected: `an executable \`${names(environment, platform)[0] ?? ""}\` in one of the folders of PATH, outside the checkout`,
    actual: [`${String(entries.filter((entry) => entry !== "").length)} folders searched`, ...notes].join(
      "; "
    ),
    remedy: "Install the Databricks CLI before this step, for example with databricks/setup-cli."
  });
}
function isInside(file, folder, platform) {
  const path = platform.os === "win32" ? win32 : posix;
  const fold = (text) => platform.os === "linux" ? text : text.toLowerCase();
  const relative = path.relative(fold(folder), fold(file));
  return relative === "" || !(relative === ".." || relative.startsWith(`..${path.sep}`) || path.isAbsolute(relative));
}
function variable(environment, name, platform) {
  if (platform.os !== "win32") return environment[name];
  const wanted = name.toLowerCase();
  return Object.entries(environment).find(([key]) => key.toLowerCase() === wanted)?.[1];
}
function isAbsolute(entry, path) {
  return path.isAbsolute(entry) && (path === posix || /^([a-z]:[\\/]|[\\/]{2})/i.test(entry));
}
function unquoted(entry, platform) {
  return platform.os === "win32" ? entry.trim().replace(/^"(.*)"$/, "$1") : entry;
}
function names(environment, platform) {
  if (platform.os !== "win32") return ["databricks"];
  const extensions = (variable(environment, "PATHEXT", platform) ?? ".COM;.EXE").toLowerCase().split(";");
  const programs = extensions.map((text) => text.trim()).filter((text) => text === ".exe" || text === ".com");
  return (programs.length > 0 ? programs : [".exe"]).map((extension) => `databricks${extension}`);
}

export {
  findCli,
  isInside,
  variable
};
