import { createProgram } from "../shared/command/program/program.ts";

/** Nothing is run here: the page is made from what the verbs take. */
const noDesk = (): never => {
  throw new TypeError("the page runs no verb");
};

/** docs/command.md: what the parser itself says of every verb, below what holds for all. */
export function commandPage(): string {
  const program = createProgram(noDesk);
  const verbs = program.commands.flatMap((verb) => [
    `## ${verb.name()}`,
    "",
    "```text",
    verb.helpInformation().replaceAll("\n\n\n", "\n\n").trimEnd(),
    "```",
    "",
  ]);
  const common = program
    .createHelp()
    .visibleOptions(program)
    .map(
      ({ flags, description, argChoices }) =>
        `| \`${flags}\` | ${description}${argChoices ? `: ${argChoices.join(", ")}` : ""} |`,
    );
  return [
    ...INTRODUCTION,
    "",
    "| option of every verb | |",
    "| --- | --- |",
    ...common,
    "",
    ...verbs,
  ].join("\n");
}

const INTRODUCTION = `# The command

\`npm run reference\` writes this page from the command's own help (\`shared/command/program/\`).

\`\`\`sh
npm run batch -- submit leavers.csv --operation user.disable --wait
npm run --silent batch -- list --state held --output json
npx batch show leavers-2026-11-21-4be1f0
\`\`\`

\`npx batch\` is the same in this folder; after \`npm link\`, \`batch\` works everywhere. The command speaks to the
storage account only: it reads what is kept of the batches, and sends messages to the queues. So a person can do
with it what their roles on the account allow, and nothing else; \`npm run batch -- doctor\` says what that is.

**Which account.** \`--account\`, or the variable BATCH_ACCOUNT, or \`{"account": "NAME"}\` in the file
\`.directory-batch.json\` of this folder or the home folder (also \`tenant\`, \`cloud\`, \`auth\`). With \`--local\` it is the
local cloud that \`npm start -- --keep\` left running.

**Who.** One way to sign in is chosen by what is set, before anything is sent, and no other is tried:
\`environment\` if AZURE_TENANT_ID and AZURE_CLIENT_ID are set; otherwise \`managed-identity\` if the machine has
one (IDENTITY_ENDPOINT); otherwise \`cli\`, who \`az login\` signed in. \`--auth\` overrides it.

| role on the storage account | for |
| --- | --- |
| Storage Blob Data Reader | list, show, watch, report, find, verify |
| Storage Blob Data Contributor on container \`inbox\`, Storage Queue Data Message Sender on queue \`accept\` | submit, plan |
| Storage Queue Data Message Sender on queue \`decisions\` | approve, reject, cancel, pause, resume, rerun, undo |
| Storage Queue Data Reader | doctor |

**Output.** Results go to stdout, everything else to stderr. \`--output json\` has all values, \`tsv\` the table's
cells without a header. Exit codes are those of the Azure CLI:

| exit code | |
| --- | --- |
| 0 | it worked |
| 1 | it did not: storage, sign-in, a decision without effect, or what was waited for was refused, held or cancelled, or has failed rows |
| 2 | it was typed wrong, or nobody could be asked (\`--yes\` is missing) |
| 3 | there is no such batch, row, file or person |
| 130, 143 | it was ended with Ctrl-C, or by SIGTERM: what was sent goes on, and stderr says how to follow it |

**Completion.** bash: \`source <(batch completion bash)\` in ~/.bashrc. zsh: \`batch completion zsh > _batch\` in a
folder of $fpath. PowerShell: \`batch completion powershell | Out-String | Invoke-Expression\` in $PROFILE.`.split(
  "\n",
);
