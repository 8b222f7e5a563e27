# Sourced by deploy.sh. What an earlier teardown left behind: Azure keeps a deleted vault for 90 days and
# Entra ID a deleted application for 30, and their names with them, so that a deployment under the same
# names fails. Uses: environment, resource_group, deleted. Sets: deleted_vault, deleted_application.

deleted_vault='' deleted_application='' deleted_unseen=''

# Names and ids of what is kept; $deleted_unseen says what could not be read.
find_deleted() {
  local found
  if found=$(az rest --method GET --output tsv \
    --url "/subscriptions/{subscriptionId}/providers/Microsoft.KeyVault/deletedVaults?api-version=2026-02-01" \
    --query "value[?starts_with(name, 'kv-$environment-') && contains(properties.vaultId, '/resourceGroups/$resource_group/')].name" 2>/dev/null); then
    deleted_vault=$found
  else
    deleted_unseen="deleted vaults"
  fi
  if found=$(list_deleted application "displayName eq 'Directory Batch ($environment)'" \
    "value[?starts_with(uniqueName || '', 'directory-batch-$environment-')].[id, appId]" 2>/dev/null); then
    deleted_application=$found
  else
    deleted_unseen="${deleted_unseen:+$deleted_unseen and }deleted applications"
  fi
}

# list_deleted KIND FILTER QUERY
list_deleted() {
  az rest --method GET --output tsv --query "$3" \
    --url "https://graph.microsoft.com/v1.0/directory/deletedItems/microsoft.graph.$1?\$filter=$2"
}

# Does what --deleted says. A vault is recovered either way: with purge protection it cannot be deleted permanently.
settle_deleted() {
  local id client principals principal
  if [ -n "$deleted_vault" ]; then
    say "  recovering the vault $deleted_vault"
    az keyvault recover --name "$deleted_vault" --resource-group "$resource_group" --output none
  fi
  [ -n "$deleted_application" ] || return 0
  while read -r id client; do
    # Restoring an application does not restore its service principal: that is another object.
    principals=$(list_deleted servicePrincipal "appId eq '$client'" 'value[].id') ||
      fail "The deleted service principals of $client cannot be read."
    for principal in $id $principals; do
      if [ "$deleted" = recover ]; then
        say "  restoring $principal of the application $client"
        az rest --method POST --output none --url "https://graph.microsoft.com/v1.0/directory/deletedItems/$principal/restore"
      else
        say "  deleting $principal of the application $client for good"
        az rest --method DELETE --output none --url "https://graph.microsoft.com/v1.0/directory/deletedItems/$principal"
      fi
    done
  done <<<"$deleted_application"
}
