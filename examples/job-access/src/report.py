# Databricks notebook source
# This job declares no access, so it gets none: the same call would be refused.
print("daily report")
