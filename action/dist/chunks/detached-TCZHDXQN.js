import {
  readLines,
  startDetached
} from "./chunk-GQNXZMSJ.js";
import "./chunk-U4GNHYLL.js";
export {
  readLines,
  startDetached
};
