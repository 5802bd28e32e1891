import type { ExchangeTraits } from "../../../core/base/exchanges.ts";
import type { OpenExchange } from "../../../core/federation/exchanges/open.ts";

/** An exchange that every workspace trusts, for it brings a token along. */
export const BARTER: ExchangeTraits = {
  name: "barter",
  title: "The market",
  trust: "a handshake",
  tenant: false,
  asksWorkspace: false,
  forAccount: true,
  exactSubject: true,
};

export const barter =
  (accessToken: () => string): OpenExchange =>
  ({ clock }) => ({
    endpoint: "https://market.example.com/token",
    exchange: {
      audience: "market",
      exchange: () => Promise.resolve({ accessToken: accessToken(), expiresAt: clock.now() + 3_600_000 }),
    },
  });
