#!/usr/bin/env bash
# Deletes a deployment: the application first, so that nothing can sign in any more, then the group.
#
#   infra/teardown.sh --environment dev --resource-group rg-directory-batch-dev --yes dev
#
#   --yes NAME   the environment's name once more; without it this only says what would be deleted
#
# Deleted for good: queues, inputs, journals, reports, logs. Recoverable: the application for 30 days,
# the vault for 90 (docs/disaster-recovery.md). Their names are taken until then; infra/deploy.sh
# --deleted says what to do with them. A lock anywhere in the group stops this before it deletes anything.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/shell/say.sh"
. "$here/shell/retry.sh"
. "$here/shell/azure.sh"

environment='' resource_group='' yes=''
while [ $# -gt 0 ]; do
  case $1 in
    --environment) environment=$(value_of "$@"); shift 2 ;;
    --resource-group) resource_group=$(value_of "$@"); shift 2 ;;
    --yes) yes=$(value_of "$@"); shift 2 ;;
    --help) usage; exit 0 ;;
    *) fail "There is no option $1." "infra/teardown.sh --help" ;;
  esac
done
[ -n "$environment" ] && [ -n "$resource_group" ] || fail "--environment and --resource-group are needed." "infra/teardown.sh --help"
require_az

group_there=$(group_exists) || fail "Whether there is a resource group $resource_group cannot be read. Nothing was deleted."
if [ "$group_there" = false ]; then
  # Only the group's resources say which application was theirs; without them its display name has to do.
  left=$(az ad app list --filter "displayName eq 'Directory Batch ($environment)'" --query '[].appId' --output tsv) ||
    fail "There is no resource group $resource_group. Whether its application is left cannot be read."
  [ -z "$left" ] || fail "There is no resource group $resource_group, but there is an application named Directory Batch ($environment): $(printf '%s' "$left" | tr '\n' ' ')" "If it belonged to this deployment: az ad app delete --id <id>"
  say "There is no resource group $resource_group and no application: nothing to delete."
  exit 0
fi
# Only a group that deploy.sh created for this environment: by design it contains no other resources.
tag=$(az group show --name "$resource_group" --query "tags.\"directory-batch\"" --output tsv) ||
  fail "The tags of $resource_group cannot be read. Nothing was deleted."
[ "$tag" = "$environment" ] || fail "The group $resource_group was not made for $environment by deploy.sh (tag directory-batch)." "Delete its resources by hand, and the app registration directory-batch-$environment-…"

unique=$(unique_name) || fail "The resources of $resource_group cannot be listed. Nothing was deleted."
client_id='' object_id=''
if [ -n "$unique" ]; then
  found=$(application "$unique") || fail "Whether there is an application $unique cannot be read. Nothing was deleted."
  read_lines client_id object_id <<<"$found"
fi
vault=$(key_vault) || fail "The resources of $resource_group cannot be listed. Nothing was deleted."
roles=$(az role definition list --custom-role-only true --resource-group "$resource_group" \
  --query "[?starts_with(roleName, 'Directory Batch inbox writer')].name" --output tsv) ||
  fail "The custom roles of $resource_group cannot be listed. Nothing was deleted."
locks=$(az lock list --resource-group "$resource_group" --query '[].[name, id]' --output tsv) ||
  fail "The locks of $resource_group cannot be listed. Nothing was deleted."

say "To delete: app registration ${client_id:-(none)}, ${roles:+the custom role, }resource group $resource_group with all in it."
if [ -n "$locks" ]; then
  say "$locks"
  fail "These locks forbid it. Nothing was deleted." "az lock delete --ids <id>, for each; then run this again"
fi
[ "$yes" = "$environment" ] || fail "Nothing was deleted." "Add --yes $environment"

if [ -n "$client_id" ]; then
  az ad app delete --id "$client_id"
fi
# A custom role is in use until its assignments are gone, and outlives the group that it was for.
for role in $roles; do
  assignments=$(az role assignment list --all --role "$role" --query '[].id' --output tsv) ||
    fail "The assignments of role $role cannot be listed. The application is deleted, the group is not." "Run this again"
  for assignment in $assignments; do
    az role assignment delete --ids "$assignment"
  done
  az role definition delete --name "$role" --resource-group "$resource_group"
done
az group delete --name "$resource_group" --yes --output none
say "Deleted. Recoverable: the vault ${vault:-(none)} for 90 days, the application ${object_id:-(none)} for 30."
[ -z "$vault" ] || say "The vault: az keyvault recover --name $vault --resource-group $resource_group"
say "Both: infra/deploy.sh … --deleted recover"
