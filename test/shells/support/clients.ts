import assert from "node:assert/strict";

type Variables = Readonly<Record<string, string>>;

interface Token {
  readonly access_token: string;
  readonly expires_on: number;
}

/** Asks the token service as an SDK does (databricks-sdk-go `config/auth_metadata_service.go`). */
export async function askService(variables: Variables): Promise<Token> {
  const headers = {
    "x-databricks-metadata-version": "1",
    "x-databricks-host": variables["DATABRICKS_HOST"] ?? "",
  };
  const answer = await fetch(variables["DATABRICKS_METADATA_SERVICE_URL"] ?? "", { headers });
  assert.equal(answer.status, 200, await answer.clone().text());
  return (await answer.json()) as Token;
}

/** A client that uses a token for as long as it was told that it may. `given` gets every token that it was given. */
export function clientOf(variables: Variables, given: string[]): { ask(): Promise<string> } {
  let token: Token | undefined;
  return {
    async ask() {
      if (token === undefined || token.expires_on * 1000 <= Date.now()) {
        token = await askService(variables);
        given.push(token.access_token);
      }
      const url = `${variables["DATABRICKS_HOST"] ?? ""}/api/2.0/preview/scim/v2/Me`;
      const answer = await fetch(url, { headers: { authorization: `Bearer ${token.access_token}` } });
      assert.equal(answer.status, 200, await answer.clone().text());
      return ((await answer.json()) as { userName: string }).userName;
    },
  };
}

/** Whom the workspace sees in a later step. */
export function whoAmI(variables: Variables): Promise<string> {
  return clientOf(variables, []).ask();
}
