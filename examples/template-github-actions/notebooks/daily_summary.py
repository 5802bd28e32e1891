# Databricks notebook source
# ruff: noqa: F821
from lake_orders_jobs.trips import busiest

rows = spark.sql(
    "SELECT to_date(tpep_pickup_datetime) AS day, count(*) AS trips FROM samples.nyctaxi.trips GROUP BY 1"
).collect()
for day, trips in busiest([(row.day, row.trips) for row in rows]):
    print(f"{day}: {trips} trips")

# COMMAND ----------

# What access.yml declares for this job, by its purpose. No secret is read from anywhere, and none can be printed.
from databricks_secretless import access
from lake_orders_jobs.identity import describe

# In development nothing is granted.
if dbutils.widgets.get("service_credential"):
    granted = access("sign-in-to-the-cloud")
    print(describe(granted.credential))
