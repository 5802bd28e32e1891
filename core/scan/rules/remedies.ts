/** What to write instead of a stored value, in the order a Databricks team should try it. */
export const REMEDIES = {
  databricks:
    "Code in a job already runs as its service principal: call `WorkspaceClient()` without a token. Outside Databricks use OAuth token federation. Revoke the value.",
  azure:
    'Use a Unity Catalog service or storage credential (`dbutils.credentials.getServiceCredentialsProvider("name")`), which holds no key. Until then `{{secrets/scope/key}}`. Rotate the value.',
  storage:
    "Use a Unity Catalog external location with a storage credential instead of keys in Spark configuration. Until then `{{secrets/scope/key}}`. Rotate the key.",
  entra:
    "Let the job use a managed identity (`unity_catalog_credential: <name>` in `access.yml`), and the application trust it (`present` with `entra_application: { client_id: <application ID> }`). Where a secret has to remain, one job alone may read it: `unity_catalog_secret: <catalog>.<schema>.<secret>`. Delete the secret in Entra ID.",
  aws: "Use a Unity Catalog storage credential, or a service credential: `unity_catalog_credential: <name>` in `access.yml`. Deactivate the key.",
  google:
    "Use a Unity Catalog service credential: `unity_catalog_credential: <name>` in `access.yml`; no key file is needed. Delete the key.",
  database:
    "Use OAuth where the database can do it, or a Unity Catalog connection: `unity_catalog_connection: <name>` in `access.yml`. Until then `unity_catalog_secret: <catalog>.<schema>.<secret>` lets one job read it; in configuration `{{secrets/scope/key}}`. Change the password.",
  pipeline:
    "Let the pipeline's own identity get a short-lived token (OIDC) instead of a stored one. Revoke the token.",
  service:
    "Keep it as a Unity Catalog secret that one job may read: `unity_catalog_secret: <catalog>.<schema>.<secret>` in `access.yml`; or call the service through a connection: `unity_catalog_connection: <name>`. In configuration `{{secrets/scope/key}}`. Revoke the value.",
  key: "Keep private keys out of the bundle: a vault or a secret scope, read by one job alone (`unity_catalog_secret: <catalog>.<schema>.<secret>` in `access.yml`); better, federation instead of a key pair. Replace the key.",
} as const;
