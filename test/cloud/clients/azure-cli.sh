#!/usr/bin/env bash
# Tests that an unmodified Azure CLI (for example Debian's azure-cli) signs in to the local cloud by
# certificate, and reads and changes its directory. Needs az, and root or a user namespace: a hosts
# file that only this script's processes see maps the public names to loopback.
#
#   bash test/cloud/clients/azure-cli.sh
set -euo pipefail

if [ -z "${IN_NAMESPACE:-}" ]; then
  export IN_NAMESPACE=1
  if [ "$(id -u)" = 0 ]; then exec unshare --mount bash "$0"; fi
  # In a separate network namespace, port 443 can be bound without being root outside it.
  exec unshare --map-root-user --mount --net bash -c 'ip link set lo up && exec bash "$0"' "$0"
fi

# shellcheck source=SCRIPTDIR/with-cloud.sh
. "$(dirname "$0")/with-cloud.sh"

{ cat /etc/hosts; echo "127.0.0.1 login.microsoftonline.com graph.microsoft.com management.azure.com"; } > "$work/hosts"
mount --bind "$work/hosts" /etc/hosts
start_cloud --port 443 --users 500 --groups 20

export AZURE_CONFIG_DIR="$work/az" AZURE_CORE_COLLECT_TELEMETRY=0
REQUESTS_CA_BUNDLE=$(fact caFile)
export REQUESTS_CA_BUNDLE
graph=https://graph.microsoft.com/v1.0

expect '"state": "Enabled"' az login --service-principal --username "$(fact clientId)" \
  --password "$(fact certificateFile)" --tenant "$(fact tenantId)" --allow-no-subscriptions

expect '@contoso.com' az rest --url "$graph/users?\$top=3&\$select=displayName,userPrincipalName"
expect '490' az rest --headers ConsistencyLevel=eventual --query '"@odata.count"' \
  --url "$graph/users?\$count=true&\$top=1&\$filter=endswith(mail,%27@contoso.com%27)"
expect '200' az rest --method post --url "$graph/\$batch" --query 'responses[].status' \
  --body '{"requests":[{"id":"1","method":"GET","url":"/organization"}]}'
expect 'Request_ResourceNotFound' az rest --method delete --url "$graph/users/nobody@contoso.com"

user=az-ann@contoso.com
expect "$user" az ad user create --display-name "Az Ann" --password Correct-Horse-Battery-1 \
  --user-principal-name $user --force-change-password-next-sign-in true
expect '' az ad user update --id $user --display-name "Az Anna" --account-enabled false
expect 'Az Anna' az ad user show --id $user
expect 'A' az ad user list --filter "startswith(displayName,'A')" --query '[:3].displayName'
id=$(az ad user show --id $user --query id --output tsv)

expect 'az-group' az ad group create --display-name az-group --mail-nickname az-group
expect '' az ad group member add --group az-group --member-id "$id"
expect 'true' az ad group member check --group az-group --member-id "$id"
expect "$user" az ad group member list --group az-group --query '[].userPrincipalName'
expect '' az ad group owner add --group az-group --owner-object-id "$id"
expect "$id" az ad group owner list --group az-group --query '[].id'
expect '[' az ad user get-member-groups --id $user
expect '' az ad group member remove --group az-group --member-id "$id"
expect '' az ad group delete --group az-group
expect '' az ad user delete --id $user
expect 'does not exist' az ad user show --id $user

expect 'az-app' az ad app create --display-name az-app --sign-in-audience AzureADMyOrg
app=$(az ad app list --display-name az-app --query '[0].appId' --output tsv)
expect '' az ad app update --id "$app" --web-redirect-uris https://app.contoso.com
expect "$(fact tenantId)" az ad app credential reset --id "$app" --query tenant
expect 'keyId' az ad app credential list --id "$app"
expect 'az-app' az ad sp create --id "$app" --query displayName
expect 'az-app' az ad sp show --id "$app" --query displayName
expect '' az ad app permission add --id "$app" --api 00000003-0000-0000-c000-000000000000 \
  --api-permissions df021288-bdef-4463-88db-98f22de89214=Role
expect 'df021288' az ad app permission list --id "$app"
expect '' az ad app delete --id "$app"
expect 'password' az ad sp create-for-rbac --name az-rbac --skip-assignment
echo "Azure CLI works against the local cloud."
