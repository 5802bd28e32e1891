import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  ApiFailure,
  field,
  inParallel,
  listAll,
  listField,
  textField
} from "./chunk-2QDGITXZ.js";
import "./chunk-U4GNHYLL.js";
export {
  ApiFailure,
  field,
  inParallel,
  listAll,
  listField,
  textField
};
