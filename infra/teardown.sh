#!/usr/bin/env bash
# Deletes a deployment: the application first, so that nothing can sign in any more, then the group.
#
#   infra/teardown.sh --environment dev --resource-group rg-directory-batch-dev --yes dev
#
#   --yes NAME   the environment's name once more; without it this only says what would go
#
# Goes for good: queues, inputs, journals, reports, logs, the app registration with its grants.
# Stays for 90 days: the vault, deleted but recoverable (docs/disaster-recovery.md), and its name with it.
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

if [ "$(az group exists --name "$resource_group" --output tsv)" != true ]; then
  say "There is no resource group $resource_group: nothing to delete."
  exit 0
fi
# Only a group that deploy.sh made for this environment: nobody else's resources lie in it by design.
tag=$(az group show --name "$resource_group" --query "tags.\"directory-batch\"" --output tsv)
[ "$tag" = "$environment" ] || fail "The group $resource_group was not made for $environment by deploy.sh (tag directory-batch)." "Delete its resources by hand, and the app registration directory-batch-$environment-…"

found=$(outputs '[properties.outputs.clientId.value, properties.outputs.vaultName.value]' || true)
{ read -r client_id; read -r vault; } <<<"$found" || true
roles=$(az role definition list --custom-role-only true --resource-group "$resource_group" \
  --query "[?starts_with(roleName, 'Directory Batch inbox writer')].name" --output tsv)
say "To delete: app registration ${client_id:-(none)}, ${roles:+the custom role, }resource group $resource_group with all in it."
[ "$yes" = "$environment" ] || fail "Nothing was deleted." "Add --yes $environment"

if [ -n "$client_id" ] && az ad app show --id "$client_id" --output none 2>/dev/null; then
  az ad app delete --id "$client_id"
fi
# A custom role is in use until its assignments are gone, and outlives the group that it was for.
for role in $roles; do
  for assignment in $(az role assignment list --all --role "$role" --query '[].id' --output tsv); do
    az role assignment delete --ids "$assignment"
  done
  az role definition delete --name "$role" --resource-group "$resource_group"
done
az group delete --name "$resource_group" --yes --output none
say "Deleted. The vault $vault and its name are kept for 90 days: az keyvault recover --name $vault --resource-group $resource_group"
