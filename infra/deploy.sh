#!/usr/bin/env bash
# Deploys everything, or brings what is there up to date. Run again, it changes nothing.
#
#   infra/deploy.sh --environment prod --resource-group rg-directory-batch --location westeurope
#
#   --environment NAME      2 to 10 lower case letters and digits; resource names come from it
#   --resource-group NAME   made where it is not there
#   --location REGION       a region with Flex Consumption; needed where the group is not there
#   --parameters FILE       instead of infra/main.bicepparam
#   --grant                 grant the Graph permissions too (needs Privileged Role Administrator)
#   --register-key          register the vault's certificate beside keys that are registered already
#   --what-if               say what would happen, and change nothing
#
# Before: az login. Who may: docs/deploy.md. After: infra/publish.sh.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/shell/say.sh"
. "$here/shell/retry.sh"
. "$here/shell/azure.sh"
. "$here/shell/certificate.sh"
. "$here/shell/consent.sh"

environment='' resource_group='' location='' parameters=$here/main.bicepparam
grant=false register_key=false what_if=false
while [ $# -gt 0 ]; do
  case $1 in
    --environment) environment=$(value_of "$@"); shift 2 ;;
    --resource-group) resource_group=$(value_of "$@"); shift 2 ;;
    --location) location=$(value_of "$@"); shift 2 ;;
    --parameters) parameters=$(value_of "$@"); shift 2 ;;
    --grant) grant=true; shift ;;
    --register-key) register_key=true; shift ;;
    --what-if) what_if=true; shift ;;
    --help) usage; exit 0 ;;
    *) fail "There is no option $1." "infra/deploy.sh --help" ;;
  esac
done
[ -n "$environment" ] && [ -n "$resource_group" ] || fail "--environment and --resource-group are needed." "infra/deploy.sh --help"
printf '%s' "$environment" | grep -Eq '^[a-z0-9]{2,10}$' || fail "--environment $environment is not 2 to 10 lower case letters and digits."
[ -f "$parameters" ] || fail "There is no file $parameters."
require_az

# Who deploys, and where
account=$(az account show --query '[name, id, tenantId, user.type]' --output tsv)
{ read -r subscription; read -r subscription_id; read -r tenant_id; read -r user_type; } <<<"$account"
operator_type=User
[ "$user_type" != servicePrincipal ] || operator_type=ServicePrincipal
group_there=$(az group exists --name "$resource_group" --output tsv)
[ "$group_there" = true ] || [ -n "$location" ] || fail "There is no resource group $resource_group, and no --location to make it in." "Add --location <region>."

# main.bicepparam reads these.
export ENVIRONMENT_NAME=$environment OPERATOR_PRINCIPAL_TYPE=$operator_type GRANT_GRAPH_PERMISSIONS=$grant

if [ "$what_if" = true ]; then
  . "$here/shell/what-if.sh"
  tell_what_would_happen
  exit 0
fi

say "Deploying $environment to $resource_group in subscription $subscription ($subscription_id)."
if [ "$group_there" != true ]; then
  # The tag is what teardown.sh looks for before it deletes a whole group.
  az group create --name "$resource_group" --location "$location" \
    --tags "directory-batch=$environment" --output none
fi
# Registered by hand: the template names no type of this provider, but the network option delegates to it.
if ! provider=$(az provider show --namespace Microsoft.App --query registrationState --output tsv 2>/dev/null); then
  say "Whether Microsoft.App is registered cannot be seen from here; the network option needs it."
elif [ "$provider" != Registered ]; then
  az provider register --namespace Microsoft.App --wait --output none
fi

say "1. The template"
retry_on "$replicating" 6 30 az deployment group create --resource-group "$resource_group" \
  --name "$(deployment_name)" --template-file "$here/main.bicep" --parameters "$parameters" --output none
made=$(outputs '[properties.outputs.clientId.value, properties.outputs.vaultName.value, properties.outputs.certificateName.value, properties.outputs.functionAppName.value, properties.outputs.credential.value]')
{ read -r client_id; read -r vault; read -r certificate; read -r app; read -r credential; } <<<"$made"

if [ "$credential" = managed-identity ]; then
  say "2. No certificate: the managed identity signs in"
else
  say "2. The certificate, made in the vault"
  ensure_certificate
  say "3. Its public key, at the application"
  ensure_registered_key
fi
say "4. Consent"
tell_missing_consent

say "Deployed. Next: infra/publish.sh --environment $environment --resource-group $resource_group ($app)"
