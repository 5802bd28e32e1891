# Databricks notebook source
# ruff: noqa: F821
from lake_orders_jobs.trips import busiest

rows = spark.sql(
    "SELECT to_date(tpep_pickup_datetime) AS day, count(*) AS trips FROM samples.nyctaxi.trips GROUP BY 1"
).collect()
for day, trips in busiest([(row.day, row.trips) for row in rows]):
    print(f"{day}: {trips} trips")

# COMMAND ----------

# The cloud identity behind the service credential that access.yml declares for this job. No secret is read from anywhere.
from lake_orders_jobs.identity import describe

name = dbutils.widgets.get("service_credential")
if name:
    print(describe(dbutils.credentials.getServiceCredentialsProvider(name)))
