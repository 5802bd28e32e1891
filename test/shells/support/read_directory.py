"""A played job: uses what it was granted, and prints what it got."""

import sys

from databricks_secretless import SecretlessError, access

try:
    hr = access("read-hr-directory")
    token = hr.credential.get_token("https://graph.microsoft.com/.default")
    print("token", token, token.token, "of", len(token.token), "characters")
    if len(sys.argv) > 1:
        print(hr.rest(sys.argv[1], scope="api://directory/.default").get("/users").json())
except SecretlessError as error:
    print(error)
