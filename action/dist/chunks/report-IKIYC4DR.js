import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  reportFailure,
  reportSuccess
} from "./chunk-4HUXK4MD.js";
import "./chunk-7WNCT4B5.js";
import "./chunk-QEY6PIFV.js";
import "./chunk-W6LVRVHZ.js";
import "./chunk-UWXWV5QH.js";
import "./chunk-SFZ4L4OV.js";
import "./chunk-U4GNHYLL.js";
export {
  reportFailure,
  reportSuccess
};
