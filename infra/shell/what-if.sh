# Sourced by deploy.sh --what-if. Reads, and changes nothing. Azure's own what-if does not know the
# Graph extension (Azure/bicep#17743), so this tells the steps, and what of each is done already.

tell_what_would_happen() {
  local there client_id='' vault='' certificate='' app=''
  say "In subscription $subscription ($subscription_id), tenant $tenant_id, as $operator_type:"
  if [ "$group_there" = true ]; then
    say "- resource group $resource_group: is there"
    there=$(outputs '[properties.outputs.clientId.value, properties.outputs.vaultName.value, properties.outputs.certificateName.value, properties.outputs.functionAppName.value]' 2>/dev/null || true)
    { read -r client_id; read -r vault; read -r certificate; read -r app; } <<<"$there" || true
  else
    say "- resource group $resource_group: would be made in $location"
  fi
  say "- template infra/main.bicep with $parameters: would $([ -n "$client_id" ] && echo 'bring up to date' || echo make)"
  say "    identity, storage (queues, containers), key vault, monitoring with alerts, event subscriptions,"
  say "    function app${app:+ $app}, app registration${client_id:+ $client_id}, and the Azure roles of docs/permissions.md"
  say "- Graph permissions: $([ "$grant" = true ] && echo 'would be granted' || echo 'would be listed, not granted'); those of the features in $parameters:"
  list_permissions
  if [ -z "$vault" ]; then
    say "- certificate: would be made in the new vault by infra/certificate-policy.json"
    say "- its public key: would be registered at the new application"
    return
  fi
  if az keyvault certificate list --vault-name "$vault" --query "[?name=='$certificate'].name" --output tsv 2>/dev/null | grep -q .; then
    say "- certificate $certificate in $vault: is there"
  else
    say "- certificate $certificate in $vault: would be made by infra/certificate-policy.json"
  fi
  if az ad app show --id "$client_id" --query 'keyCredentials[].customKeyIdentifier' --output tsv 2>/dev/null | grep -q .; then
    say "- its public key: keys are registered, so none would be touched$([ "$register_key" = true ] && echo ', but the newest would be added if it is missing' || true)"
  else
    say "- its public key: would be registered at the application"
  fi
}

# Needs the compiler, which az brings, and Node.js; without them the file says it as well.
list_permissions() {
  local json
  if json=$(az bicep build-params --file "$parameters" --stdout 2>/dev/null) && command -v node >/dev/null; then
    printf '%s' "$json" | node "$here/list-permissions.ts" | sed 's/^/    /' >&2
  else
    say "    (see the file; the compiler is not here to read it)"
  fi
}
