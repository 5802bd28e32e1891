import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;

// core/databricks/private-folder.ts
import { mkdir, mkdtemp, realpath, rm, writeFile } from "node:fs/promises";
import path from "node:path";
async function makePrivateFolder(tempFolder) {
  await mkdir(tempFolder, { recursive: true });
  const root = await realpath(await mkdtemp(path.join(tempFolder, "databricks-secretless-")));
  const folder = {
    root,
    state: path.join(root, "state"),
    configFile: path.join(root, "databrickscfg"),
    azureConfig: path.join(root, "azure")
  };
  await Promise.all([mkdir(folder.state), mkdir(folder.azureConfig), writeFile(folder.configFile, "")]);
  return folder;
}
function removePrivateFolder(root) {
  return rm(root, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
}

export {
  makePrivateFolder,
  removePrivateFolder
};
