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
