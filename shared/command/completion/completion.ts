import type { Command } from "commander";

import { operationTable } from "../operation-table/operation-table.ts";
import type { Shell } from "./shells.ts";
import { type VerbWords, verbWords, type Word } from "./tree.ts";

/** The script that completes `batch` in a shell. It holds all words, so that a tab starts no program. */
export function completionScript(shell: Shell, program: Command): string {
  const operations = operationTable.map(({ name }) => name);
  const verbs = verbWords(program).map((verb) => ({
    ...verb,
    values: verb.verb === "template" ? operations : verb.values,
    options: verb.options.map((option) =>
      option.word === "--operation" ? { ...option, values: operations } : option,
    ),
  }));
  switch (shell) {
    case "bash":
      return bashScript(verbs);
    case "zsh":
      return zshScript(verbs);
    case "powershell":
      return powershellScript(verbs);
  }
}

/** Options with a value that is not a list of words: a file may be meant. */
const takesFile = ({ takesValue, values }: Word): boolean => takesValue && values.length === 0;

function bashScript(verbs: readonly VerbWords[]): string {
  const cases = verbs.flatMap(({ verb, values, options }) => [
    `    ${verb})`,
    '      case "$before" in',
    ...options
      .filter(({ values: some }) => some.length > 0)
      .map(({ word, values: some }) => `        ${word}) words="${some.join(" ")}" ;;`),
    ...options
      .filter(takesFile)
      .map(({ word }) => `        ${word}) COMPREPLY=($(compgen -f -- "$word")); return ;;`),
    `        *) words="${[...values, ...options.map(({ word }) => word)].join(" ")}" ;;`,
    "      esac ;;",
  ]);
  return [
    "# bash completion of batch. Put into ~/.bashrc: source <(batch completion bash)",
    "_batch() {",
    '  local word="${COMP_WORDS[COMP_CWORD]}" before="${COMP_WORDS[COMP_CWORD-1]}" words=""',
    "  COMPREPLY=()",
    `  if [ "$COMP_CWORD" -eq 1 ]; then words="${verbs.map(({ verb }) => verb).join(" ")} help"; else`,
    '  case "${COMP_WORDS[1]}" in',
    `    help) words="${verbs.map(({ verb }) => verb).join(" ")}" ;;`,
    ...cases,
    "  esac",
    "  fi",
    '  COMPREPLY=($(compgen -W "$words" -- "$word"))',
    '  if [ "${#COMPREPLY[@]}" -eq 0 ]; then COMPREPLY=($(compgen -f -- "$word")); fi',
    "}",
    "complete -o filenames -F _batch batch",
    "",
  ].join("\n");
}

/** Text inside single quotes of zsh and bash. */
const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;

/** A description inside an `_arguments` specification, where brackets and colons have a meaning. */
const plain = (text: string): string => text.replaceAll(/[[\]:]/g, " ");

/** An option as `_arguments` takes it. */
const specification = ({ word, about, values, takesValue }: Word): string => {
  const value = !takesValue
    ? ""
    : values.length > 0
      ? `:value:(${values.join(" ")})`
      : ":value:_files";
  return `        ${quoted(`${word}[${plain(about)}]${value}`)}`;
};

function zshScript(verbs: readonly VerbWords[]): string {
  const cases = verbs.flatMap(({ verb, values, options }) => [
    `    ${verb})`,
    "      _arguments \\",
    ...options.map((option) => `${specification(option)} \\`),
    `        ${quoted(values.length > 0 ? `*:what:(${values.join(" ")})` : "*:file:_files")} ;;`,
  ]);
  return [
    "#compdef batch",
    "# zsh completion of batch. Put into a folder of $fpath: batch completion zsh > _batch",
    "_batch() {",
    "  local -a verbs",
    "  verbs=(",
    ...verbs.map(({ verb, about }) => `    ${quoted(`${verb}:${plain(about)}`)}`),
    "  )",
    "  if (( CURRENT == 2 )); then _describe verb verbs; return; fi",
    "  local verb=$words[2]",
    "  shift words; (( CURRENT-- ))",
    "  case $verb in",
    "    help) _describe verb verbs ;;",
    ...cases,
    "  esac",
    "}",
    'if [ "$funcstack[1]" = _batch ]; then _batch "$@"; else compdef _batch batch; fi',
    "",
  ].join("\n");
}

/** Text inside single quotes of PowerShell. */
const psQuoted = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const psList = (words: readonly string[]): string => `@(${words.map(psQuoted).join(", ")})`;

function powershellScript(verbs: readonly VerbWords[]): string {
  const entries = verbs.flatMap(({ verb, values, options }) => [
    `    ${psQuoted(verb)} = @{`,
    `      Words = ${psList([...values, ...options.map(({ word }) => word)])}`,
    "      Values = @{",
    ...options
      .filter(({ values: some }) => some.length > 0)
      .map(({ word, values: some }) => `        ${psQuoted(word)} = ${psList(some)}`),
    "      }",
    "    }",
  ]);
  return [
    "# PowerShell completion of batch. Put into $PROFILE: batch completion powershell | Out-String | Invoke-Expression",
    "Register-ArgumentCompleter -Native -CommandName batch -ScriptBlock {",
    "  param($wordToComplete, $commandAst, $cursorPosition)",
    "  $verbs = [ordered]@{",
    ...entries,
    "  }",
    "  $typed = @($commandAst.CommandElements | ForEach-Object { $_.ToString() })",
    "  if ($wordToComplete -ne '') { $typed = @($typed | Select-Object -SkipLast 1) }",
    "  $words = if ($typed.Count -le 1) { @($verbs.Keys) + 'help' }",
    "    elseif ($typed[1] -eq 'help') { @($verbs.Keys) }",
    "    elseif (-not $verbs.Contains($typed[1])) { @() }",
    "    elseif ($verbs[$typed[1]].Values.ContainsKey($typed[-1])) { $verbs[$typed[1]].Values[$typed[-1]] }",
    "    else { $verbs[$typed[1]].Words }",
    '  $words | Where-Object { $_ -like "$wordToComplete*" } | ForEach-Object {',
    "    [System.Management.Automation.CompletionResult]::new($_, $_, 'ParameterValue', $_)",
    "  }",
    "}",
    "",
  ].join("\n");
}
