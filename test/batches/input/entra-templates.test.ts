import assert from "node:assert/strict";
import { describe, it } from "node:test";

import { rerun } from "../../../shared/batches/undo/rerun.ts";
import { jobOn, runAndJournal, takeQueued } from "../undo/jobs.ts";
import { openWorkshop, shardRows, type Workshop } from "../workshop.ts";

const people = [
  "alain@contoso.com",
  "isabella@contoso.com",
  "joseph@contoso.com",
  "chaya@contoso.com",
];

function begin(): Workshop {
  const workshop = openWorkshop();
  for (const name of people) workshop.directory.addUser(name);
  return workshop;
}

/** What became of a file's rows: operation, and the values that would be set or the verdict and reason. */
async function planned(workshop: Workshop, path: string, text: string | Uint8Array) {
  const folder = await workshop.drop(path, text);
  const { batches } = workshop.blobs;
  assert.equal(
    batches.blobs.has(`${folder}/refused.json`),
    false,
    batches.text(`${folder}/status.json`),
  );
  return { folder, rows: shardRows(batches, folder) };
}

/** Learn, "Bulk delete users in Microsoft Entra ID", 2026-03-05: Example CSV file. */
const DELETE = `version:v1.0
User name [userPrincipalName] Required
alain@contoso.com
isabella@contoso.com
joseph@contoso.com
chaya@contoso.com
`;

/** Learn, "Bulk restore deleted users in Microsoft Entra ID", 2026-02-24: Example CSV file. */
const RESTORE = `version:v1.0
Object ID [objectId] Required
00aa00aa-bb11-cc22-dd33-44ee44ee44ee
11bb11bb-cc22-dd33-ee44-55ff55ff55ff
22cc22cc-dd33-ee44-ff55-66aa66aa66aa
`;

/** Learn, "Bulk add group members in Microsoft Entra ID", 2026-06-18: Example CSV file, by name and by id. */
const MEMBERS = `Member object ID or user principal name [memberObjectIdOrUpn] Required
alain@contoso.com
isabella@contoso.com
joseph@contoso.com
chaya@contoso.com
`;

/** The same page's template as it is downloaded, with its row of examples; older ones have the first line. */
const EXAMPLES = `version:v1.0\r
Member object ID or user principal name [memberObjectIdOrUpn] Required\r
Example: 9832aad8-e4fe-496b-a604-95c6eF01ae75\r
alain@contoso.com\r
`;

/** Learn, "Bulk invite B2B users", 2026-03-27: the template's headings, and its row of examples with its blanks. */
const INVITE = `version:v1.0
Email address to invite [inviteeEmail] Required,Redirection url [inviteRedirectURL] Required,Send invitation message (true or false) [sendEmail],Customized invitation message [customizedMessageBody]
Example: lstokes@fabrikam.com, https://myapplications.microsoft.com, TRUE, Welcome to the Contoso organization!
gwen@fabrikam.com, https://myapplications.microsoft.com, TRUE, Welcome to the Contoso organization!
`;

/** Learn, "Bulk create users in Microsoft Entra ID", 2026: Example CSV file without its column of passwords. */
const CREATE = `version:v1.0
Name [displayName] Required,User name [userPrincipalName] Required,Block sign in (Yes/No) [accountEnabled] Required,First name [givenName],Last name [surname],Job title [jobTitle],Department [department],Usage location [usageLocation],Street address [streetAddress],State or province [state],Country or region [country],Office [physicalDeliveryOfficeName],City [city],ZIP or postal code [postalCode],Office phone [telephoneNumber],Mobile phone [mobile]
Alain Charon,alain.c@contoso.com,No,Alain,Charon,Software Engineer,Engineering,US,,,,,,,,
Isabella Simonsen,isabella.s@contoso.com,Yes,Isabella,Simonsen,Product Manager,Product,US,1 Main St,WA,United States,18/2111,Tulsa,74133,+1 918 555 0101,+1 732 555 0102
`;

describe("a bulk template of Entra runs unchanged", () => {
  it("delete users", async () => {
    const workshop = begin();
    const { folder, rows } = await planned(workshop, "user.delete/leavers.csv", DELETE);
    assert.deepEqual(
      rows.map(({ operation, write }) => [
        operation,
        workshop.directory.users.get(write?.target["user"] ?? "")?.["userPrincipalName"],
      ]),
      people.map((name) => ["user.delete", name]),
    );
    await workshop.runAll(folder);
    const [header = "", first = ""] = workshop.blobs.batches
      .text(`${folder}/report.csv`)
      .replace("\ufeff", "")
      .split("\r\n");
    assert.match(header, /^User name \[userPrincipalName\] Required,verdict/);
    assert.match(first, /^alain@contoso\.com,done/);
  });

  it("restore users", async () => {
    const workshop = begin();
    for (const id of RESTORE.split("\n").slice(2, 5)) {
      workshop.directory.deleted.set(id, {
        id,
        userPrincipalName: `${id.replaceAll("-", "")}old@contoso.com`,
      });
    }
    const { rows } = await planned(workshop, "user.restore/back.csv", RESTORE);
    assert.deepEqual(
      rows.map(({ operation, write }) => [operation, write?.target["user"]]),
      RESTORE.split("\n")
        .slice(2, 5)
        .map((id) => ["user.restore", id]),
    );
  });

  for (const operation of ["group.add-member", "group.remove-member"]) {
    it(`import or remove group members, with ${operation} and the folder's group`, async () => {
      const workshop = begin();
      const group = workshop.directory.addGroup("Night shift");
      for (const [folder, text] of [
        ["Night shift", MEMBERS],
        [group, MEMBERS.replaceAll("\n", "\r\n")],
      ] as const) {
        const { rows } = await planned(workshop, `${operation}/${folder}/members.csv`, text);
        assert.deepEqual(
          rows.map(({ operation: own, write }) => [
            own,
            write?.target["group"],
            write !== undefined,
          ]),
          people.map(() => [operation, group, true]),
        );
      }
    });
  }

  for (const path of ["guest.invite/guests.csv", "partners/guests.csv"]) {
    it(`invite users, in ${path}`, async () => {
      const { rows } = await planned(begin(), path, INVITE);
      assert.deepEqual(
        rows.map(({ operation, verdict, write }) => [operation, verdict ?? write?.set]),
        [
          ["guest.invite", "skipped"],
          [
            "guest.invite",
            {
              mail: "gwen@fabrikam.com",
              inviteRedirectUrl: "https://myapplications.microsoft.com",
              sendInvitationMessage: true,
              customizedMessageBody: "Welcome to the Contoso organization!",
            },
          ],
        ],
      );
    });
  }

  it("with the row of examples, which is skipped", async () => {
    const workshop = begin();
    const id = workshop.directory.addGroup("Nurses");
    const { rows } = await planned(workshop, "group.add-member/Nurses/x.csv", EXAMPLES);
    assert.deepEqual(
      rows.map(({ verdict, reason, write }) => [verdict, reason, write?.target["group"]]),
      [
        ["skipped", "It is the template's row of examples.", undefined],
        [undefined, undefined, id],
      ],
    );
  });

  it("create users, without the column of passwords: Block sign in means the opposite", async () => {
    const { rows } = await planned(begin(), "user.create/joiners.csv", CREATE);
    assert.deepEqual(
      rows.map(({ write }) => [write?.set?.["displayName"], write?.set?.["accountEnabled"]]),
      [
        ["Alain Charon", true],
        ["Isabella Simonsen", false],
      ],
    );
    const set = rows[1]?.write?.set;
    assert.deepEqual(
      [set?.["officeLocation"], set?.["businessPhones"], set?.["mobilePhone"], set?.["postalCode"]],
      ["18/2111", ["+1 918 555 0101"], "+1 732 555 0102", "74133"],
    );
  });
});

describe("a bulk template of Entra", () => {
  const translated = `version:v1.0;;\r\nObjekt-ID oder Benutzerprinzipalname des Mitglieds [memberObjectIdOrUpn] Erforderlich;;\r\n alain@contoso.com ;;\r\n`;
  const utf16 = Buffer.from(`\ufeff${translated}`, "utf16le");
  for (const [when, text] of [
    ["translated, with semicolons and blanks", translated],
    ["in UTF-16", utf16],
  ] as const) {
    it(`is read when it is ${when}`, async () => {
      const workshop = begin();
      workshop.directory.addGroup("Nurses");
      const { rows } = await planned(workshop, "group.add-member/Nurses/x.csv", text);
      assert.deepEqual(
        rows.map(({ write }) => write !== undefined),
        [true],
      );
    });
  }

  it("is read again in a rerun, with its group", async () => {
    const workshop = begin();
    const group = workshop.directory.addGroup("Nurses");
    const { folder } = await planned(workshop, "group.add-member/Nurses/x.csv", MEMBERS);
    await runAndJournal(workshop, folder);
    await rerun(workshop.ports, jobOn(workshop, folder, { rows: [2, 3], as: "again" }));
    await takeQueued(workshop);
    const rows = shardRows(workshop.blobs.batches, "again");
    assert.deepEqual(
      rows.map(({ write }) => write?.target["group"]),
      [group, group],
    );
    await workshop.runAll("again");
    assert.match(
      workshop.blobs.batches.text("again/report.csv"),
      /\r\n2,isabella@contoso\.com,done/,
    );
  });

  const refused = [
    {
      when: "it has passwords",
      path: "user.create/x.csv",
      text: CREATE.replace("[displayName]", "[passwordProfile]"),
      code: "PASSWORD_COLUMN",
      says: /passwordProfile holds passwords/,
    },
    {
      when: "the folder names no group",
      path: "group.add-member/x.csv",
      text: MEMBERS,
      code: "COLUMN_MISSING",
      says: /inbox\/group\.add-member\/<group>\/members\.csv/,
    },
    {
      when: "no folder names the operation",
      path: "x.csv",
      text: DELETE,
      code: "COLUMN_MISSING",
      says: /inbox\/user\.delete\//,
    },
    {
      when: "it belongs to another operation",
      path: "user.delete/x.csv",
      text: MEMBERS,
      code: "COLUMN_UNKNOWN",
      says: /\[memberObjectIdOrUpn\] is not one that user\.delete takes/,
    },
    {
      when: "two columns mean the same",
      path: "user.delete/x.csv",
      text: "Name [userPrincipalName],Id [objectId]\na@b.c,\n",
      code: "COLUMN_UNKNOWN",
      says: /\[objectId\]/,
    },
    {
      when: "it has no rows",
      path: "user.delete/x.csv",
      text: DELETE.split("\n").slice(0, 2).join("\n"),
      code: "FILE_EMPTY",
      says: /header and no rows/,
    },
    {
      when: "its first line is all",
      path: "user.delete/x.csv",
      text: "version:v1.0\n",
      code: "FILE_EMPTY",
      says: /empty/,
    },
  ];
  for (const { when, path, text, code, says } of refused) {
    it(`is refused, with what to do, when ${when}`, async () => {
      const workshop = begin();
      const note = workshop.refused(await workshop.drop(path, text));
      assert.equal(note["code"], code);
      assert.match(`${String(note["what"])} ${String(note["fix"])}`, says);
      assert.deepEqual(workshop.rings, []);
    });
  }

  it("fails a row alone that neither blocks nor allows sign-in", async () => {
    const rest = Array.from({ length: 10 }, (_, at) => `U${at},u${at}@contoso.com,No`).join("\n");
    const text = `Name [displayName],UPN [userPrincipalName],Block [accountEnabled]\nBo,bo@contoso.com,Maybe\n${rest}\n`;
    const { rows } = await planned(begin(), "user.create/x.csv", text);
    assert.equal(rows[0]?.verdict, "failed");
    assert.match(rows[0]?.reason ?? "", /accountEnabled has a value that .* does not list/);
    assert.doesNotMatch(rows[0]?.reason ?? "", /Maybe/);
  });
});
