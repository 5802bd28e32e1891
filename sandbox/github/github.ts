import { randomUUID } from "node:crypto";
import type { Clock } from "../../core/base/ports.ts";
import type { Call, Route } from "../http/call.ts";
import { textOf, type JsonObject } from "../http/json.ts";
import { ok, Refusal, type Reply } from "../http/reply.ts";
import { issuerRoutes, signingKey, signJwt, type SigningKey } from "../identity/issuer.ts";
import { githubClaims, type GitHubEvent } from "./claims.ts";

export interface GitHubOptions {
  readonly clock: Clock;
  /** Base URL of the server. */
  readonly url: string;
  /** Path of the issuer below the server: "" as on github.com, `/_services/token` as on GitHub Enterprise Server. */
  readonly issuerPath: string;
  /** Life of an ID token in seconds. */
  readonly idTokenLife: number;
  readonly handedOut: string[];
}

/** How an ID token is to differ from an honest one. */
export interface OddToken {
  readonly audience: string;
  /** Added to the current claims; `undefined` takes a claim away. */
  readonly claims?: JsonObject;
  /** Seconds since it was issued; more than the life of an ID token makes it an expired one. */
  readonly age?: number;
  /** `foreign`: a key that the issuer never published; `none`: no signature at all. Default: the issuer's own. */
  readonly key?: "own" | "foreign" | "none";
}

/** GitHub as a runner sees it: the issuer of ID tokens and the endpoint that a job asks for them. */
export class GitHub {
  readonly issuer: string;
  /** As in ACTIONS_ID_TOKEN_REQUEST_URL: it has a query already, the audience is appended to it. */
  readonly requestUrl: string;
  /** As in ACTIONS_ID_TOKEN_REQUEST_TOKEN. */
  readonly requestToken: string;
  /** Claims of the next ID tokens, but for `iss`, `aud`, `jti` and the times; may be changed at will. */
  claims: JsonObject = githubClaims();
  /** Life of the next ID tokens in seconds. */
  idTokenLife: number;
  readonly #options: GitHubOptions;
  #key = "github";
  #published: SigningKey[] = [];

  private constructor(options: GitHubOptions, key: SigningKey, requestToken: string) {
    this.#options = options;
    this.issuer = `${options.url}${options.issuerPath}`;
    this.requestUrl = `${options.url}${REQUEST_PATH}?api-version=2.0`;
    this.requestToken = requestToken;
    this.idTokenLife = options.idTokenLife;
    this.#published = [key];
    options.handedOut.push(requestToken);
  }

  static async create(options: GitHubOptions): Promise<GitHub> {
    const requestToken = await signJwt(
      { jti: randomUUID(), scp: "Actions.GenerateIdToken" },
      await signingKey("runner", "ES256"),
    );
    return new GitHub(options, await signingKey("github"), requestToken);
  }

  /** Makes the next ID tokens those of this event. */
  setEvent(event: GitHubEvent): void {
    this.claims = githubClaims(event);
  }

  /** Signs from now on with a new key; with `keepOld` the key set still has the old one. */
  async rotateKey(keepOld = true): Promise<void> {
    this.#key = `github ${randomUUID()}`;
    const key = await signingKey(this.#key);
    this.#published = keepOld ? [key, ...this.#published] : [key];
  }

  /** Mints an ID token outside the runner's endpoint, for attacks and tests. */
  async mint(odd: OddToken): Promise<string> {
    const { audience, claims = {}, age = 0, key = "own" } = odd;
    const iat = Math.floor(this.#options.clock.now() / 1000) - age;
    const times = { nbf: iat - 600, exp: iat + this.idTokenLife, iat };
    const all = { jti: randomUUID(), ...this.claims, aud: audience, iss: this.issuer, ...times, ...claims };
    const kept = Object.fromEntries(
      Object.entries(all).filter(([, value]: [string, unknown]) => value !== undefined),
    );
    const token = await signJwt(kept, key === "none" ? "none" : await this.#signer(key));
    this.#options.handedOut.push(token);
    return token;
  }

  #signer(key: "own" | "foreign"): Promise<SigningKey> {
    return signingKey(key === "own" ? this.#key : "foreign");
  }

  routes(): Route[] {
    const issuer = issuerRoutes(this.issuer, this.#options.issuerPath, () => this.#published);
    const request: Route = {
      method: "GET",
      pattern: REQUEST_PATH,
      access: "public",
      handle: (call) => this.#idToken(call),
    };
    return [...issuer, request];
  }

  async #idToken(call: Call): Promise<Reply> {
    if (call.headers["authorization"] !== `Bearer ${this.requestToken}`) {
      const message = "TF400813: The user is not authorized to access this resource.";
      throw new Refusal({ status: 401, body: { message } }, message);
    }
    const audience =
      call.query.get("audience") ?? `https://github.com/${textOf(this.claims["repository_owner"])}`;
    const value = await this.mint({ audience });
    return ok({ count: value.length, value });
  }
}

const REQUEST_PATH =
  "/9f2c41/idtoken/6d0b1a57-3c4e-4f7e-8f0a-1b5d9e2c7a48/b3a1d6e0-5f92-4c1d-9b7a-e4c8f2015d36";
