# Databricks notebook source
# The code names the purpose that access.yml declares; no secret is read from anywhere.
# The package `databricks-secretless-runtime` is a library of the job's compute, or %pip install of its wheel.
from databricks_secretless import access

dbutils.widgets.text("graph", "https://graph.microsoft.com")  # noqa: F821
graph = dbutils.widgets.get("graph")  # noqa: F821

directory = access("read-hr-directory").rest(graph, scope="https://graph.microsoft.com/.default")
users = directory.get("/v1.0/users").json()["value"]
print(f"{len(users)} people in the directory")
