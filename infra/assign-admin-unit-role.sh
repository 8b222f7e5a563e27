#!/usr/bin/env bash
# Gives the application a directory role over one administrative unit, instead of a permission over
# the whole tenant. Run again, it changes nothing.
#
#   infra/assign-admin-unit-role.sh --service-principal OBJECT-ID --admin-unit OBJECT-ID --role "User Administrator"
#
#   --service-principal ID   object id of the service principal (an output of the deployment)
#   --admin-unit ID          object id of the administrative unit
#   --role NAME              display name: User Administrator, Groups Administrator, …
#
# Needs Privileged Role Administrator. What the role reaches, and what not: docs/permissions.md.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/shell/say.sh"
. "$here/shell/retry.sh"
. "$here/shell/azure.sh"

service_principal='' admin_unit='' role=''
while [ $# -gt 0 ]; do
  case $1 in
    --service-principal) service_principal=$(value_of "$@"); shift 2 ;;
    --admin-unit) admin_unit=$(value_of "$@"); shift 2 ;;
    --role) role=$(value_of "$@"); shift 2 ;;
    --help) usage; exit 0 ;;
    *) fail "There is no option $1." "infra/assign-admin-unit-role.sh --help" ;;
  esac
done
guid='^[0-9a-fA-F]{8}-([0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}$'
for id in "$service_principal" "$admin_unit"; do
  printf '%s' "$id" | grep -Eq "$guid" || fail "--service-principal and --admin-unit are object ids." "infra/assign-admin-unit-role.sh --help"
done
printf '%s' "$role" | grep -Eq '^[A-Za-z ]+$' || fail "--role is a role's display name." "infra/assign-admin-unit-role.sh --help"
require_az

graph=https://graph.microsoft.com/v1.0/roleManagement/directory
definition=$(az rest --method GET --url "$graph/roleDefinitions?\$filter=displayName eq '$role'&\$select=id" --query 'value[0].id' --output tsv) ||
  fail "The directory roles cannot be read." "Sign in as a Privileged Role Administrator"
[ -n "$definition" ] && [ "$definition" != None ] || fail "There is no directory role $role."
scope=/administrativeUnits/$admin_unit
present=$(az rest --method GET --url "$graph/roleAssignments?\$filter=principalId eq '$service_principal' and roleDefinitionId eq '$definition' and directoryScopeId eq '$scope'" --query 'value[].id' --output tsv) ||
  fail "The role assignments cannot be read." "Sign in as a Privileged Role Administrator"
if [ -n "$present" ]; then
  say "$role over $scope is assigned already."
  exit 0
fi
retry_on "$replicating" 10 15 az rest --method POST --url "$graph/roleAssignments" \
  --headers Content-Type=application/json \
  --body "{\"principalId\": \"$service_principal\", \"roleDefinitionId\": \"$definition\", \"directoryScopeId\": \"$scope\"}" \
  --output none
say "$role over $scope is assigned. Take the tenant-wide permissions away that it replaces: docs/permissions.md."
