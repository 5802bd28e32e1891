import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  reportFailure,
  reportSuccess
} from "./chunk-C3OR7RLV.js";
import "./chunk-INN6UFUR.js";
import "./chunk-LSZ4JJYG.js";
import "./chunk-MLVAGASE.js";
import "./chunk-P2RS5JHU.js";
import "./chunk-WTJBX7XE.js";
import "./chunk-D54WWDAQ.js";
import "./chunk-U4GNHYLL.js";
export {
  reportFailure,
  reportSuccess
};
