import { createRequire as __createRequire } from "node:module"; const require = __createRequire(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;
import {
  SecretlessError
} from "./chunk-SFZ4L4OV.js";
import "./chunk-U4GNHYLL.js";

// core/access/pipeline-claims.ts
var CLOCK_TOLERANCE = 60;
function refuse(problem, cause) {
  return new SecretlessError("ID_TOKEN_NOT_VERIFIED", {
    problem,
    remedy: "Policy conditions need a token that its issuer's own keys prove; check the CI's ID-token settings.",
    ...cause === void 0 ? {} : { cause }
  });
}
function secureUrl(text) {
  if (typeof text !== "string" || !URL.canParse(text)) return void 0;
  const { protocol, hostname } = new URL(text);
  const loopback = hostname === "127.0.0.1" || hostname === "localhost" || hostname === "[::1]";
  return protocol === "https:" || protocol === "http:" && loopback ? text : void 0;
}
async function fetchJson(send, url) {
  const response = await send({ method: "GET", url, headers: { accept: "application/json" } });
  if (response.status !== 200) throw refuse(`${url} answered ${response.status}.`);
  const value = JSON.parse(response.body);
  if (typeof value !== "object" || value === null) throw refuse(`${url} did not answer with a JSON object.`);
  return value;
}
function pipelineClaims(payload) {
  const claim = (...names) => {
    const found = names.map((name) => payload[name]).find((value) => typeof value === "string" && value !== "");
    return found;
  };
  const subject = payload.sub ?? "";
  const claims = {
    repository: claim("repository", "rpo_uri"),
    ref: claim("ref", "rpo_ref"),
    environment: claim("environment"),
    pipeline: claim("workflow_ref") ?? (subject.startsWith("p://") ? subject : void 0),
    actor: claim("actor"),
    event: claim("event_name"),
    commit: claim("sha", "rpo_ver")
  };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== void 0));
}
async function verifyPipelineToken(idToken, options) {
  const { audience, issuers, send, now } = options;
  const { createLocalJWKSet, decodeJwt, errors, jwtVerify } = await import("./webapi-YY2SORZD.js");
  let issuer;
  try {
    issuer = decodeJwt(idToken).iss;
  } catch (error) {
    throw refuse("The CI's ID token is not a JWT.", error);
  }
  if (issuer === void 0 || !issuers.includes(issuer) || secureUrl(issuer) === void 0) {
    throw refuse(`The ID token's issuer is "${issuer ?? "(none)"}", expected ${issuers.join(" or ")}.`);
  }
  try {
    const discovery = await fetchJson(send, `${issuer.replace(/\/$/, "")}/.well-known/openid-configuration`);
    if (discovery["issuer"] !== issuer)
      throw refuse(`The discovery document of ${issuer} names another issuer.`);
    const jwksUri = secureUrl(discovery["jwks_uri"]);
    if (jwksUri === void 0) throw refuse(`The discovery document of ${issuer} names no secure jwks_uri.`);
    const keys = createLocalJWKSet(await fetchJson(send, jwksUri));
    const { payload } = await jwtVerify(idToken, keys, {
      issuer,
      audience,
      algorithms: ["RS256", "ES256"],
      requiredClaims: ["sub", "exp", "iat"],
      clockTolerance: CLOCK_TOLERANCE,
      currentDate: new Date(now)
    });
    return { issuer, subject: payload.sub ?? "", claims: pipelineClaims(payload) };
  } catch (error) {
    if (error instanceof errors.JOSEError)
      throw refuse(`The ID token does not verify: ${error.message}`, error);
    if (error instanceof SyntaxError)
      throw refuse(`${issuer} answered with something that is not JSON.`, error);
    throw error;
  }
}
export {
  verifyPipelineToken
};
