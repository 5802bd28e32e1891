import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  createRunProcess,
  createTerminate,
  isRunning,
  runUntil
} from "./chunk-FNIIXPTF.js";
import "./chunk-U4GNHYLL.js";
export {
  createRunProcess,
  createTerminate,
  isRunning,
  runUntil
};
