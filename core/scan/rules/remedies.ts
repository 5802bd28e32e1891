/** What to write instead of a stored value, in the order a Databricks team should try it. */
export const REMEDIES = {
  databricks:
    "Code in a job already runs as its service principal: call `WorkspaceClient()` without a token. Outside Databricks use OAuth token federation. Revoke the value.",
  azure:
    'Use a Unity Catalog service or storage credential (`dbutils.credentials.getServiceCredentialsProvider("name")`), which holds no key. Until then `{{secrets/scope/key}}`. Rotate the value.',
  storage:
    "Use a Unity Catalog external location with a storage credential instead of keys in Spark configuration. Until then `{{secrets/scope/key}}`. Rotate the key.",
  entra:
    "Replace the client secret by a federated identity credential (`present` with `entra_application` in `access.yml`). Until then `{{secrets/scope/key}}`. Delete the secret in Entra ID.",
  aws: "Use a Unity Catalog service or storage credential, or a role that trusts the job's identity (`aws_role` in `access.yml`). Deactivate the key.",
  google:
    "Use a Unity Catalog service credential or workload identity federation; no key file is needed. Delete the key.",
  database:
    'Use a Unity Catalog connection or OAuth where the database can do it. Until then `dbutils.secrets.get("scope", "key")` in code and `{{secrets/scope/key}}` in configuration. Change the password.',
  pipeline:
    "Let the pipeline's own identity get a short-lived token (OIDC) instead of a stored one. Revoke the token.",
  service:
    'Keep it in a secret scope and read it with `dbutils.secrets.get("scope", "key")`, or `{{secrets/scope/key}}` in configuration; better, let the service trust the job\'s identity. Revoke the value.',
  key: 'Keep private keys out of the bundle: a vault or a secret scope, read with `dbutils.secrets.get("scope", "key")`; better, federation instead of a key pair. Replace the key.',
} as const;
