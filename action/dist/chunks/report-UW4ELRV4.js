import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  reportFailure,
  reportSuccess
} from "./chunk-TEYWULLJ.js";
import "./chunk-TCKGONOW.js";
import "./chunk-6TASUQLL.js";
import "./chunk-6IGHQXQZ.js";
import "./chunk-U4GNHYLL.js";
export {
  reportFailure,
  reportSuccess
};
