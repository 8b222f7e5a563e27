#!/usr/bin/env bash
# Deploys everything, or brings what is there up to date. Run again, it changes nothing.
#
#   infra/deploy.sh --environment prod --resource-group rg-directory-batch --location westeurope
#
#   --environment NAME      2 to 10 lower case letters and digits; resource names come from it
#   --resource-group NAME   created if it does not exist
#   --location REGION       a region with Flex Consumption; needed if the group does not exist
#   --parameters FILE       instead of infra/main.bicepparam
#   --grant                 grant the Graph permissions too (needs Privileged Role Administrator)
#   --register-key          register the vault's certificate beside keys that are registered already
#   --owner OBJECT-ID       a further owner of the application, such as a pipeline; may be repeated
#   --deleted recover|purge what to do about a vault and an application that an earlier teardown deleted
#   --preflight             only say whether a deployment would get through, and change nothing
#   --what-if               say what would happen, and change nothing
#
# What an operator stopped stays stopped. Before: az login. Who may: docs/deploy.md. After: infra/publish.sh.
set -euo pipefail
here=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
. "$here/shell/say.sh"
. "$here/shell/retry.sh"
. "$here/shell/azure.sh"
. "$here/shell/brakes.sh"
. "$here/shell/deleted.sh"
. "$here/shell/preflight.sh"
. "$here/shell/certificate.sh"
. "$here/shell/consent.sh"

environment='' resource_group='' location='' parameters=$here/main.bicepparam owners='' deleted=''
grant=false register_key=false what_if=false only_preflight=false
while [ $# -gt 0 ]; do
  case $1 in
    --environment) environment=$(value_of "$@"); shift 2 ;;
    --resource-group) resource_group=$(value_of "$@"); shift 2 ;;
    --location) location=$(value_of "$@"); shift 2 ;;
    --parameters) parameters=$(value_of "$@"); shift 2 ;;
    --grant) grant=true; shift ;;
    --register-key) register_key=true; shift ;;
    --owner) owners="${owners:+$owners,}$(value_of "$@")"; shift 2 ;;
    --deleted) deleted=$(value_of "$@"); shift 2 ;;
    --preflight) only_preflight=true; shift ;;
    --what-if) what_if=true; shift ;;
    --help) usage; exit 0 ;;
    *) fail "There is no option $1." "infra/deploy.sh --help" ;;
  esac
done
[ -n "$environment" ] && [ -n "$resource_group" ] || fail "--environment and --resource-group are needed." "infra/deploy.sh --help"
printf '%s' "$environment" | grep -Eq '^[a-z0-9]{2,10}$' || fail "--environment $environment is not 2 to 10 lower case letters and digits."
case $deleted in '' | recover | purge) ;; *) fail "--deleted is recover or purge." "infra/deploy.sh --help" ;; esac
[ -f "$parameters" ] || fail "There is no file $parameters."
require_az

# Who deploys, and where
account=$(az account show --query '[name, id, tenantId, user.type]' --output tsv) || fail "The account that is signed in cannot be read."
read_lines subscription subscription_id tenant_id user_type <<<"$account"
operator_type=User
if [ "$user_type" = servicePrincipal ]; then
  operator_type=ServicePrincipal
  [ -z "$owners" ] || fail "--owner is for people: an application needs more than Application.ReadWrite.OwnedBy to add owners." "docs/deploy.md, Handing over"
  hold_tokens || fail "There is no token for Microsoft Graph or Key Vault." "az login again"
fi
group_there=$(group_exists) || fail "Whether there is a resource group $resource_group cannot be read." "docs/deploy.md, Who may deploy what"
[ "$group_there" = true ] || [ -n "$location" ] || fail "There is no resource group $resource_group, and no --location to create it in." "Add --location <region>."
if [ -z "$location" ]; then
  location=$(az group show --name "$resource_group" --query location --output tsv) || fail "The region of $resource_group cannot be read." "Add --location <region>."
fi

read_brakes
# main.bicepparam reads these.
export ENVIRONMENT_NAME=$environment OPERATOR_PRINCIPAL_TYPE=$operator_type GRANT_GRAPH_PERMISSIONS=$grant
export DISABLED_FUNCTIONS=$disabled OWNER_OBJECT_IDS=$owners

preflight
if [ "$what_if" = true ]; then
  . "$here/shell/what-if.sh"
  tell_what_would_happen
  exit 0
fi
[ "$wrong_rows" -eq 0 ] || fail "Nothing was changed: $wrong_rows of these rows would stop the deployment."
[ "$only_preflight" = false ] || exit 0

say "Deploying $environment to $resource_group in subscription $subscription ($subscription_id)."
steps=5
step "The resource group and what the subscription needs"
if [ "$group_there" != true ]; then
  # The tag is what teardown.sh looks for before it deletes a whole group.
  az group create --name "$resource_group" --location "$location" \
    --tags "directory-batch=$environment" --output none
fi
register_providers
settle_deleted

step "The template: ten minutes or so"
retry_on "$replicating" 6 30 az deployment group create --resource-group "$resource_group" \
  --name "$(deployment_name)" --template-file "$here/main.bicep" --parameters "$parameters" --output none || {
  keep_stopped
  fail "The deployment failed. Existing resources stay unchanged; infra/publish.sh and infra/teardown.sh find it." "az deployment operation group list --resource-group $resource_group --name $(deployment_name) --query \"[?properties.provisioningState=='Failed']\""
}
keep_stopped
made=$(outputs '[properties.outputs.clientId.value, properties.outputs.vaultName.value, properties.outputs.certificateName.value, properties.outputs.functionAppName.value, properties.outputs.credential.value]') ||
  fail "The deployment's outputs cannot be read." "Run this again"
read_lines client_id vault certificate app credential <<<"$made"

if [ "$credential" = managed-identity ]; then
  step "No certificate: the managed identity signs in"
  step "And no key to register"
else
  step "The certificate, made in the vault"
  ensure_certificate
  step "Its public key, at the application"
  ensure_registered_key
fi
step "Consent"
tell_missing_consent

tell_brakes
say "Deployed. Next: infra/publish.sh --environment $environment --resource-group $resource_group ($app)"
