# Databricks notebook source
# The credential's cloud identity signs in at Microsoft Graph; no secret is read from anywhere.
credential = dbutils.credentials.getServiceCredentialsProvider("hr-graph-prod")  # noqa: F821
token = credential.get_token("https://graph.microsoft.com/.default")
print(f"signed in until {token.expires_on}")
