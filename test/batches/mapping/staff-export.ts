import assert from "node:assert/strict";

import { openWorkshop, shardRows, type ShardRow, type Workshop } from "../workshop.ts";

export const mapping = {
  version: 1,
  operation: "user.create",
  columns: {
    Vorname: "givenName",
    Nachname: "surname",
    "Pers.-Nr.": "employeeId",
    Konto: "accountEnabled",
  },
  constants: { usageLocation: "CH" },
  templates: {
    displayName: "{surname}, {givenName}",
    userPrincipalName: {
      text: "{givenName}.{surname}@contoso.com",
      free: true,
      person: "employeeId",
    },
  },
  values: { accountEnabled: { aktiv: "true", "*": "false" } },
  filters: [{ column: "Status", in: ["neu"], reason: "Kein Eintritt." }],
};

export const header = "Pers.-Nr.;Vorname;Nachname;Status;Konto;Lohn\n";
export const export1 = `${header}007;Jürgen;Groß;neu;aktiv;1\n008;Ole;Åkerø;alt;aktiv;2\n009;Jurgen;Gross;neu;inaktiv;3\n`;

/** A workshop whose folder hr has the mapping. */
export async function begin(own: object = mapping, workshop = openWorkshop()): Promise<Workshop> {
  await workshop.blobs.inbox.write("hr/mapping.json", JSON.stringify(own));
  return workshop;
}

export async function planned(workshop: Workshop, path: string, text: string) {
  const folder = await workshop.drop(path, text);
  const { batches } = workshop.blobs;
  assert.equal(
    batches.blobs.has(`${folder}/refused.json`),
    false,
    batches.text(`${folder}/status.json`),
  );
  return { folder, rows: shardRows(batches, folder) };
}

export const upnOf = ({ write, verdict, reason }: ShardRow) =>
  write?.set?.["userPrincipalName"] ?? `${verdict}: ${reason}`;
