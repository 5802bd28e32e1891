# Databricks notebook source
# This job declares no access, so it gets none: Unity Catalog refuses what it asks for here.
from databricks_secretless import SecretlessError, access

try:
    access("read-hr-directory", job="nightly_ingest").credential.get_token("https://graph.microsoft.com/.default")
except SecretlessError as error:
    print(f"daily report without the directory: {error.code}")
