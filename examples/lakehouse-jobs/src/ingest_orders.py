# Databricks notebook source
dbutils.widgets.text("catalog", "main")
dbutils.widgets.text("schema", "orders")
table = f"{dbutils.widgets.get('catalog')}.{dbutils.widgets.get('schema')}.raw"

# COMMAND ----------

spark.sql(f"CREATE TABLE IF NOT EXISTS {table} (id BIGINT, placed_at TIMESTAMP, amount DECIMAL(12, 2))")
spark.sql(f"INSERT INTO {table} VALUES (1, current_timestamp(), 19.90)")

# COMMAND ----------

dbutils.notebook.exit(f"{spark.table(table).count()} orders")
