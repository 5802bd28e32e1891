import type { ExchangeName } from "../../base/exchanges.ts";
import { openDatabricks } from "./databricks.ts";
import { openEntra } from "./entra.ts";
import type { OpenExchange } from "./open.ts";

/** What each exchange of core/base/exchanges.ts does: one file and one line here for each. */
export const OPEN_EXCHANGES: Readonly<Record<ExchangeName, OpenExchange>> = {
  databricks: openDatabricks,
  entra: openEntra,
};
