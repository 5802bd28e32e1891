import { startTokenService, type Refusal, type TokenServiceOptions } from "../../federation/token-service.ts";

/** The token service, as the step that has started it knows it. */
export interface StepService {
  /** A secret; see TokenService. */
  readonly url: string;
  /** How many tokens the step has given so far. */
  readonly served: number;
  /** Why there was no token when one was last asked for; undefined if there was one. */
  readonly lastError: unknown;
  /** Resolves if it is still there. @throws SecretlessError `TOKEN_SERVICE_LOST`: by now another program may answer at its address */
  check(): Promise<void>;
  /** The latest requests that got no token, oldest first. */
  refusals(): Promise<readonly Refusal[]>;
  /** Says which program must not lose the service, if this process and the runner go; undefined: none. */
  neededBy(pid: number | undefined): Promise<void>;
  /** Leaves the service to itself, for later steps. @throws SecretlessError if it is not there any more */
  leave(): Promise<void>;
  readonly isLeft: boolean;
  stop(): Promise<void>;
}

/** A token service in this process, which ends with it. */
export async function serviceInProcess(options: TokenServiceOptions): Promise<StepService> {
  const service = await startTokenService(options);
  return {
    url: service.url,
    get served() {
      return service.served;
    },
    get lastError() {
      return service.lastError;
    },
    check: () => Promise.resolve(),
    refusals: () => Promise.resolve(service.refusals),
    neededBy: () => Promise.resolve(),
    leave: () => Promise.reject(new Error("a token service in the step's own process ends with it")),
    isLeft: false,
    stop: () => service.stop(),
  };
}
