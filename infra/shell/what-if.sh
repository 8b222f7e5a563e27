# Sourced by deploy.sh --what-if. Reads, and changes nothing. Azure's own what-if does not know the
# Graph extension (Azure/bicep#17743), so this tells the steps, and what of each is done already.

tell_what_would_happen() {
  local vault='' unique found client_id=''
  say "In subscription $subscription ($subscription_id), tenant $tenant_id, as $operator_type:"
  if [ "$group_there" = true ]; then
    say "- resource group $resource_group: exists"
    vault=$(key_vault) || fail "The resources of $resource_group cannot be listed."
    unique=$(unique_name) || fail "The resources of $resource_group cannot be listed."
    if [ -n "$unique" ]; then
      found=$(application "$unique") || fail "Whether there is an application $unique cannot be read."
      read_lines client_id _ <<<"$found"
    fi
  else
    say "- resource group $resource_group: would be made in $location"
  fi
  say "- template infra/main.bicep with $parameters: would $([ -n "$client_id" ] && echo 'bring up to date' || echo make)"
  say "    identity, storage (queues, containers), key vault, monitoring with alerts, event subscriptions,"
  say "    function app${app:+ $app}, app registration${client_id:+ $client_id}, and the Azure roles of docs/permissions.md"
  [ -z "$disabled" ] || say "- functions that an operator disabled would stay disabled: $disabled"
  [ "$app_state" != Stopped ] || say "- the app, which an operator stopped, would stay stopped"
  say "- Graph permissions: $([ "$grant" = true ] && echo 'would be granted' || echo 'would be listed, not granted'); those of the features in $parameters:"
  list_permissions
  if [ -z "$vault" ]; then
    say "- certificate: would be made in the new vault by infra/certificate-policy.json"
    say "- its public key: would be registered at the new application"
    return
  fi
  tell_certificate
  tell_keys
}

tell_certificate() {
  local names
  if ! names=$(az keyvault certificate list --vault-name "$vault" --query '[].name' --output tsv 2>/dev/null); then
    say "- certificate: what is in $vault cannot be seen from here"
  elif [ -n "$names" ]; then
    say "- certificates in $vault: $(printf '%s' "$names" | tr '\n' ' ')"
  else
    say "- certificate in $vault: would be made by infra/certificate-policy.json"
  fi
}

tell_keys() {
  local keys
  if [ -z "$client_id" ]; then
    say "- its public key: would be registered at the new application"
  elif ! keys=$(az ad app show --id "$client_id" --query 'keyCredentials[].customKeyIdentifier' --output tsv 2>/dev/null); then
    say "- its public key: the application's keys cannot be seen from here"
  elif [ -n "$keys" ]; then
    say "- its public key: keys are registered, so none would be touched$([ "$register_key" = true ] && echo ', but the newest would be added if it is missing' || true)"
  else
    say "- its public key: would be registered at the application"
  fi
}

# Needs the compiler, which az brings, and Node.js; the file says the same.
list_permissions() {
  local json listed
  if json=$(az bicep build-params --file "$parameters" --stdout 2>/dev/null) &&
    listed=$(project_node "$here/list-permissions.ts" <<<"$json" 2>/dev/null); then
    printf '%s\n' "$listed" | sed 's/^/    /' >&2
  else
    say "    (see the file; the compiler is not here to read it)"
  fi
}
