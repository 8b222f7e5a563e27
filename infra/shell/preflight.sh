# Sourced by deploy.sh. Looks at everything that would stop a deployment half way, prints one table and
# changes nothing. Each row is ok, todo (the deployment does it), wrong, or unseen (no right to look).
# Uses: here, environment, resource_group, location, parameters, group_there, subscription_id, deleted.

# Providers of the types in main.bicep and its modules. infra/check holds this list against them.
providers='Microsoft.Authorization Microsoft.Consumption Microsoft.EventGrid Microsoft.Insights Microsoft.KeyVault Microsoft.ManagedIdentity Microsoft.OperationalInsights Microsoft.Storage Microsoft.Web'
# Of the network option alone: its subnet is delegated to Microsoft.App.
network_providers='Microsoft.App Microsoft.Network'

missing_providers=''
wrong_rows=0

# row STATUS WHAT DETAIL [FIX]
row() {
  say "$(printf '  %-7s %-10s %s' "$1" "$2" "$3")"
  [ $# -lt 4 ] || say "$(printf '  %-7s %-10s Fix: %s' '' '' "$4")"
  [ "$1" != wrong ] || wrong_rows=$((wrong_rows + 1))
}

preflight() {
  say "Before anything is changed:"
  look_at_tools
  look_at_providers
  look_at_region
  look_at_names
  look_at_locks
  look_at_rights
  look_at_topics
  look_at_quota
}

# older VERSION LEAST: whether the first one is older than the second.
older() {
  [ "$1" != "$2" ] && [ "$(printf '%s\n%s\n' "$1" "$2" | sort -t. -k1,1n -k2,2n -k3,3n | head -n 1)" = "$1" ]
}

# Flex Consumption came with 2.60; the Graph extension takes Bicep 0.36.1, which az fetches if there is none.
look_at_tools() {
  local cli bicep
  if ! cli=$(az version --query '"azure-cli"' --output tsv 2>/dev/null) || [ -z "$cli" ]; then
    row unseen tools "the version of the Azure CLI cannot be read"
    return
  fi
  bicep=$(az bicep version 2>/dev/null) || bicep=''
  bicep=$(printf '%s' "$bicep" | sed -n 's/.*version \([0-9][0-9.]*\).*/\1/p' | head -n 1)
  if older "$cli" 2.60.0; then
    row wrong tools "the Azure CLI is $cli" "az upgrade, to 2.60.0 or newer"
  elif [ -n "$bicep" ] && older "$bicep" 0.36.1; then
    row wrong tools "Bicep is $bicep" "az bicep upgrade, to 0.36.1 or newer"
  elif [ -z "$bicep" ]; then
    row ok tools "Azure CLI $cli; Bicep's version cannot be read, and az fetches it"
  else
    row ok tools "Azure CLI $cli, Bicep $bicep"
  fi
}

look_at_providers() {
  local registered each needed=$providers
  ! grep -Eq '^param privateNetwork *= *true' "$parameters" || needed="$needed $network_providers"
  if ! registered=$(az provider list --query "[?registrationState=='Registered'].namespace" --output tsv 2>/dev/null); then
    row unseen providers "whether the resource providers are registered cannot be seen from here"
    return
  fi
  for each in $needed; do
    printf '%s\n' "$registered" | grep -Fxiq "$each" || missing_providers="$missing_providers $each"
  done
  if [ -z "$missing_providers" ]; then
    row ok providers "all are registered"
  else
    row todo providers "would be registered, which takes a right on the subscription:$missing_providers"
  fi
}

look_at_region() {
  local regions wanted
  wanted=$(printf '%s' "$location" | tr '[:upper:]' '[:lower:]' | tr -d ' ')
  if ! regions=$(az functionapp list-flexconsumption-locations --query '[].name' --output tsv 2>/dev/null); then
    row unseen region "where Flex Consumption is offered cannot be read (it takes az 2.60)"
  elif printf '%s\n' "$regions" | tr '[:upper:]' '[:lower:]' | tr -d ' ' | grep -Fxq "$wanted"; then
    row ok region "$location has Flex Consumption"
  else
    row wrong region "$location has no Flex Consumption" "az functionapp list-flexconsumption-locations --output table"
  fi
}

look_at_names() {
  local kept
  find_deleted
  kept="${deleted_vault:+the vault $deleted_vault }${deleted_application:+the application of client id $(printf '%s' "$deleted_application" | awk '{ print $2 }' | tr '\n' ' ')}"
  if [ -n "$kept" ] && [ -z "$deleted" ]; then
    row wrong names "deleted, and their names still taken: $kept" "--deleted recover (everything as it was), or --deleted purge (a new application; the vault is recovered, purge protection leaves no choice)"
  elif [ -n "$kept" ]; then
    row todo names "--deleted $deleted: $kept"
  elif [ -z "$deleted_unseen" ]; then
    row ok names "none is taken by something deleted"
  fi
  [ -z "$deleted_unseen" ] || row unseen names "$deleted_unseen cannot be seen from here"
}

look_at_locks() {
  local locks
  [ "$group_there" = true ] || { row ok locks "the group is new"; return; }
  if ! locks=$(az lock list --resource-group "$resource_group" --query "[?level=='ReadOnly'].name" --output tsv 2>/dev/null); then
    row unseen locks "the locks of $resource_group cannot be seen from here"
  elif [ -n "$locks" ]; then
    row wrong locks "read-only: $(printf '%s' "$locks" | tr '\n' ' ')" "az lock delete --resource-group $resource_group --name <lock>"
  else
    row ok locks "no read-only lock"
  fi
}

# What the signed-in account may do here, as Azure itself computes it; no right in the directory is needed.
look_at_rights() {
  local found actions excluded deploy=false assign=false
  [ "$group_there" = true ] || { row unseen rights "known once the group is there"; return; }
  if ! found=$(az rest --method GET --output tsv \
    --url "/subscriptions/$subscription_id/resourceGroups/$resource_group/providers/Microsoft.Authorization/permissions?api-version=2022-04-01" \
    --query "value[].[join(',', actions), join(',', notActions)]" 2>/dev/null); then
    row unseen rights "what this account may do cannot be read"
    return
  fi
  while IFS=$'\t' read -r actions excluded; do
    case ",$actions," in *',*,'*) deploy=true ;; esac
    case ",$actions," in
      *,Microsoft.Authorization/roleAssignments/write,* | *',Microsoft.Authorization/*,'*) assign=true ;;
      *',*,'*) case ",$excluded," in *',Microsoft.Authorization/*/Write,'*) ;; *) assign=true ;; esac ;;
    esac
  done <<<"$found"
  if [ "$assign" = false ]; then
    row wrong rights "this account may not assign roles" "Role Based Access Control Administrator on $resource_group, beside Contributor: docs/deploy.md"
  elif [ "$deploy" = false ]; then
    row unseen rights "this account may assign roles; whether its own role covers every resource cannot be told"
  else
    row ok rights "this account may deploy, and assign roles"
  fi
}

# A storage account has one system topic at most, and Microsoft Defender for Storage creates its own.
look_at_topics() {
  local others
  [ "$group_there" = true ] || { row ok topics "the group is new"; return; }
  if ! others=$(az resource list --resource-group "$resource_group" --resource-type Microsoft.EventGrid/systemTopics \
    --query "[?!starts_with(name, 'evgt-')].name" --output tsv 2>/dev/null); then
    row unseen topics "the system topics of $resource_group cannot be seen from here"
  elif [ -n "$others" ] && ! grep -Eq '^param storageTopicName' "$parameters"; then
    row wrong topics "another service made $(printf '%s' "$others" | tr '\n' ' '); a storage account has one system topic at most" "If it is the storage account's: param storageTopicName = '<name>' in $parameters"
  else
    row ok topics "no system topic of another service is in the way"
  fi
}

look_at_quota() {
  local usage used=0 limit=0
  if ! usage=$(az storage account show-usage --location "$location" --query '[currentValue, limit]' --output tsv 2>/dev/null); then
    row unseen quota "how many storage accounts are left in $location cannot be read"
    return
  fi
  read_lines used limit <<<"$usage"
  if [ "$group_there" != true ] && [ "$used" -ge "$limit" ]; then
    row wrong quota "$used of $limit storage accounts are used in $location" "Another region, or a higher quota"
  else
    row ok quota "$used of $limit storage accounts are used; the quota of Flex Consumption cores is in the portal alone"
  fi
}

register_providers() {
  local each
  for each in $missing_providers; do
    az provider register --namespace "$each" --wait --output none ||
      fail "The resource provider $each is not registered, and this account may not register it." "Somebody with Contributor on the subscription, once: for each in$missing_providers; do az provider register --namespace \$each --wait; done"
  done
}
