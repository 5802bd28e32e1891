import { writeFileSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { renderManifest, type Manifest } from "../../../core/access/manifest.ts";

const present = { credential: "hr-graph-prod", audience: "api://orders" } as const;

/** A manifest with every kind of access; the Python tests read it from runtime/tests/fixtures. */
export const MANIFEST_OF_EVERY_KIND: Manifest = {
  bundle: "lake",
  target: "prod",
  workspace: "https://adb-7405608901234567.8.azuredatabricks.net",
  jobs: [
    {
      key: "all_kinds",
      id: "9007199254740993",
      runAs: "c41d0f6a-7e25-4b9c-a8d3-50e6b2f7194e",
      purposes: [
        { purpose: "read-hr-directory", kind: "unity_catalog_credential", credential: "hr-graph-prod" },
        {
          purpose: "read-until-2027",
          kind: "unity_catalog_credential",
          credential: "hr-graph-prod",
          until: "2027-03-31",
        },
        { purpose: "read-partner-key", kind: "unity_catalog_secret", secret: "main.crm.partner_key" },
        { purpose: "call-partner", kind: "unity_catalog_connection", connection: "partner_api" },
        {
          purpose: "call-partner-api",
          kind: "entra_application",
          present: { credential: "hr-graph-prod", audience: "api://AzureADTokenExchange" },
          tenant: "6f2c8a15-d3b4-4e97-a0c6-91b7e5d8f243",
          client_id: "7d0c9e1b-52aa-4c1f-8f3e-0b6a4d2c9e10",
          authority: "https://login.microsoftonline.com",
        },
        {
          purpose: "archive-invoices",
          kind: "aws_role",
          present: { credential: "hr-graph-prod", audience: "api://invoices" },
          role: "arn:aws:iam::111122223333:role/invoices-prod",
        },
        {
          purpose: "archive-experimental",
          kind: "aws_role",
          present: "databricks",
          role: "arn:aws:iam::111122223333:role/invoices-prod",
        },
        {
          purpose: "read-legacy-orders",
          kind: "vault_role",
          present,
          address: "https://vault.example.com",
          mount: "jwt-azure",
          role: "orders-reader",
        },
        {
          purpose: "read-legacy-stock",
          kind: "vault_role",
          present,
          address: "https://vault.example.com:8200",
          mount: "jwt-azure",
          role: "stock-reader",
          namespace: "team/lake",
        },
      ],
      elsewhere: { "load-samples": ["dev", "staging"] },
    },
    {
      key: "daily_report",
      id: "4503599627370497",
      runAs: "3f2b9c10-77aa-4d5e-8b21-0a9c8d7e6f54",
      purposes: [{ purpose: "write-report", kind: "unity_catalog_credential", credential: "report-ü" }],
    },
  ],
};

if (process.argv[1] !== undefined && path.resolve(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const fixture = new URL("../../../runtime/tests/fixtures/secretless-access.json", import.meta.url);
  writeFileSync(fixture, renderManifest(MANIFEST_OF_EVERY_KIND));
}
