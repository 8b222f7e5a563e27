const literals = (...values: readonly string[]) =>
  Object.fromEntries(
    values.map((value) => [value, { $type: "StringLiteralType", value } as const]),
  );
const refs = (values: readonly string[]) => values.map(($ref) => ({ $ref }));

const keyTypes = ["EC", "EC-HSM", "RSA", "RSA-HSM"];
const keyUses = [
  "decrypt",
  "encrypt",
  "import",
  "release",
  "sign",
  "unwrapKey",
  "verify",
  "wrapKey",
];

/**
 * Types that the data folder's excerpt lacks, by the names their own references use; read off
 * Azure/bicep-types-az, generated/keyvault/microsoft.keyvault/2026-02-01/types.json.
 */
export const ownTypes = {
  ...literals(...keyTypes, ...keyUses),
  text: { $type: "StringType" },
  number: { $type: "IntegerType" },
  keyType: { $type: "UnionType", elements: refs(keyTypes) },
  keyUse: { $type: "UnionType", elements: refs(keyUses) },
  keyUses: { $type: "ArrayType", itemType: { $ref: "keyUse" } },
  tags: {
    $type: "ObjectType",
    name: "tags",
    properties: {},
    additionalProperties: { $ref: "text" },
  },
  keyProperties: {
    $type: "ObjectType",
    name: "KeyProperties",
    properties: {
      kty: { type: { $ref: "keyType" }, flags: 0 },
      keySize: { type: { $ref: "number" }, flags: 0 },
      keyOps: { type: { $ref: "keyUses" }, flags: 0 },
      keyUri: { type: { $ref: "text" }, flags: 2 },
    },
  },
  "Microsoft.KeyVault/vaults/keys@2026-02-01": {
    $type: "ObjectType",
    name: "Microsoft.KeyVault/vaults/keys",
    properties: {
      name: { type: { $ref: "text" }, flags: 9 },
      properties: { type: { $ref: "keyProperties" }, flags: 1 },
      tags: { type: { $ref: "tags" }, flags: 0 },
    },
  },
} as const;
