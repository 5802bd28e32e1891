"""Counts the orders of a table."""

import argparse

from pyspark.sql import SparkSession


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--table", required=True)
    table = parser.parse_args().table
    orders = SparkSession.builder.getOrCreate().table(table)
    print(f"{orders.count()} orders in {table}")


if __name__ == "__main__":
    main()
