/** Variable that tells our service from another process of the same id; its value is no secret. */
export const SERVICE_MARK = "DATABRICKS_SECRETLESS_SERVICE";
