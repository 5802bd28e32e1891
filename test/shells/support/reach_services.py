"""A played job: reaches everything that it was granted, and prints what it got."""

import os

from databricks_secretless import SecretlessError, access

services = dbutils.widgets.get("services")  # noqa: F821
try:
    hr = access("read-hr-directory")
    token = hr.credential.get_token("https://graph.microsoft.com/.default")
    print("token", token, token.token, "of", len(token.token), "characters")
    graph = hr.rest(services, scope="https://graph.microsoft.com/.default")
    print("users", len(graph.get("/v1.0/users").json()["value"]))
    secret = hr.key_vault(services).get_secret("orders-db")
    print("secret", secret, secret.reveal(), secret.reveal() == os.environ["EXPECTED_SECRET"])
    openai = hr.rest(services, scope="https://cognitiveservices.azure.com/.default")
    reply = openai.post("/openai/deployments/gpt/chat/completions", params={"api-version": "2024-10-21"}, json={})
    print("model", reply.json()["choices"][0]["message"]["content"])
    exchange = hr.exchange(
        f"{services}/services/oauth2/token", client_id="key", subject_scope="api://sandbox-exchange/.default"
    )
    accounts = exchange.rest(exchange.field("instance_url")).get("/services/data/accounts").json()
    print("accounts", accounts["totalSize"])
    print("for another service:", graph.get("/secrets/orders-db").status_code)
except SecretlessError as error:
    print(error)
