# Sourced. What an administrator has to do, and whether it was done. Uses: resource_group, environment.

# The app role ids that are asked for and not granted in the home tenant, one a line. Fails if the
# grants cannot be read, a right that a pipeline need not have.
missing_grants() {
  local found service_principal_id wanted granted id
  found=$(outputs '[properties.outputs.servicePrincipalId.value, properties.outputs.graphAppRoleIds.value]') || return
  read_lines service_principal_id wanted <<<"$found"
  granted=$(retry_on "$replicating" 10 15 az rest --method GET \
    --url "https://graph.microsoft.com/v1.0/servicePrincipals/$service_principal_id/appRoleAssignments" \
    --query 'value[].appRoleId' --output tsv) || return
  for id in $wanted; do
    printf '%s\n' "$granted" | grep -Fxiq "$id" || printf '%s\n' "$id"
  done
}

tell_missing_consent() {
  local missing
  if ! missing=$(missing_grants); then
    say "  whether the permissions are granted cannot be seen from here"
    print_consent
    return
  fi
  if [ -z "$missing" ]; then
    say "  every permission is granted in the home tenant (other tenants: infra/print-consent.sh)"
    return
  fi
  say "  $(printf '%s\n' "$missing" | grep -c .) permissions are not granted yet."
  print_consent
}

# The commands and addresses, for the administrator who may grant.
print_consent() {
  local found client_id service_principal_id names ids tenants tenant
  found=$(outputs '[properties.outputs.clientId.value, properties.outputs.servicePrincipalId.value, properties.outputs.graphPermissions.value, properties.outputs.graphAppRoleIds.value, properties.outputs.consentTenantIds.value]') ||
    fail "The outputs of the deployment cannot be read." "infra/deploy.sh"
  read_lines client_id service_principal_id names ids tenants <<<"$found"
  if [ -z "$ids" ]; then
    say "No feature is enabled, so there is no permission to grant (features in main.bicepparam)."
    return
  fi
  cat <<END
Permissions: $(printf '%s' "$names" | tr '\t' ' ')

A Privileged Role Administrator of the home tenant runs one of these:

  az ad app permission admin-consent --id $client_id

  az deployment group create --resource-group $resource_group --name directory-batch-grants \\
    --template-file infra/modules/graph-grants.bicep \\
    --parameters servicePrincipalId=$service_principal_id graphAppRoleIds='$(json_list $ids)'
END
  for tenant in $tenants; do
    cat <<END

An administrator of tenant $tenant opens (an error AADSTS50011 afterwards means nothing):

  https://login.microsoftonline.com/$tenant/adminconsent?client_id=$client_id
END
  done
}

# json_list WORD...: ["word", "word"]
json_list() {
  local separator='' word
  printf '['
  for word in "$@"; do
    printf '%s"%s"' "$separator" "$word"
    separator=', '
  done
  printf ']'
}
