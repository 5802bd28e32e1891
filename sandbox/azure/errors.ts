import type { JsonObject } from "../http/json.ts";
import { Refusal } from "../http/reply.ts";

type Trace = Readonly<Record<string, string>>;

/** The error of a service: `{"$id":"1","innerException":null,"message":…,"typeKey":…}`. */
function vssException(typeKey: string, message: string): JsonObject {
  return {
    $id: "1",
    innerException: null,
    message,
    typeName: `Microsoft.VisualStudio.Services.WebApi.${typeKey}, Microsoft.VisualStudio.Services.WebApi`,
    typeKey,
    errorCode: 0,
    eventId: 3000,
  };
}

/** A missing or bad job token: a sign-in page for browsers, 401 for those who suppress it. */
export function signIn(suppressed: boolean, trace: Trace): Refusal {
  const message = "TF400813: The user '' is not authorized to access this resource.";
  if (suppressed) {
    return new Refusal(
      { status: 401, headers: trace, body: vssException("UnauthorizedRequestException", message) },
      message,
    );
  }
  const html = `<html><head><title>Object moved</title></head><body><h2>Object moved to <a href="https://spsprodweu1.vssps.visualstudio.com/_signin">here</a>.</h2></body></html>`;
  const headers = {
    ...trace,
    "content-type": "text/html; charset=utf-8",
    location: "https://spsprodweu1.vssps.visualstudio.com/_signin",
  };
  return new Refusal({ status: 302, headers, body: Buffer.from(html) }, message);
}

export function unspecifiedVersion(trace: Trace): Refusal {
  const message =
    "No api-version was supplied for the request. The version must be supplied either as part of the Accept header or as a query parameter (?api-version=1.0).";
  return new Refusal(
    { status: 400, headers: trace, body: vssException("VssVersionNotSpecifiedException", message) },
    message,
  );
}

/** The rule since 2026-03-11: an input of a step of this job must name the connection. A wrapped error. */
export function notReferenced(id: string, trace: Trace): Refusal {
  const value = `There is no explicit reference to service connection ${id} from current stage __default.Job.__default.`;
  return new Refusal({ status: 400, headers: trace, body: { count: value.length, value } }, value);
}

export function unknownConnection(id: string, trace: Trace): Refusal {
  const message = `Service connection ${id} was not found.`;
  return new Refusal(
    { status: 404, headers: trace, body: vssException("ServiceEndpointNotFoundException", message) },
    message,
  );
}
