import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  EMPTY_STATE,
  PHASES,
  deleteWorkspaceFile,
  lockPathOf,
  objectKey,
  parseState,
  readState,
  readWorkspaceFile,
  renderState,
  statePathOf,
  writeWorkspaceFile
} from "./chunk-XITBPYNW.js";
import "./chunk-SU23NQTW.js";
import "./chunk-2QDGITXZ.js";
import "./chunk-SFZ4L4OV.js";
import "./chunk-U4GNHYLL.js";
export {
  EMPTY_STATE,
  PHASES,
  deleteWorkspaceFile,
  lockPathOf,
  objectKey,
  parseState,
  readState,
  readWorkspaceFile,
  renderState,
  statePathOf,
  writeWorkspaceFile
};
