# Databricks notebook source
dbutils.widgets.text("catalog", "main")
catalog = dbutils.widgets.get("catalog")

# COMMAND ----------

spark.sql(f"CREATE TABLE IF NOT EXISTS {catalog}.orders.raw (id BIGINT, placed_at TIMESTAMP, amount DECIMAL(12, 2))")
