#!/usr/bin/env bash
# Shows that an unmodified Azure CLI (Debian's azure-cli will do) signs in to the local cloud and
# reads its directory. Needs az, and root or a user namespace: the public names are mapped to
# loopback by a hosts file that only this script's processes see.
#
#   bash test/cloud/clients/azure-cli.sh
set -euo pipefail

here=$(cd "$(dirname "$0")" && pwd)
if [ -z "${IN_NAMESPACE:-}" ]; then
  export IN_NAMESPACE=1
  if [ "$(id -u)" = 0 ]; then exec unshare --mount bash "$0"; fi
  # Port 443 of a network of our own may be bound without being root outside.
  exec unshare --map-root-user --mount --net bash -c 'ip link set lo up && exec bash "$0"' "$0"
fi

work=$(mktemp -d)
cloud=
trap '[ -z "$cloud" ] || kill -INT "$cloud"; wait; rm -rf "$work"' EXIT

{ cat /etc/hosts; echo "127.0.0.1 login.microsoftonline.com graph.microsoft.com management.azure.com"; } > "$work/hosts"
mount --bind "$work/hosts" /etc/hosts

node "$here/../main.ts" --port 443 --users 500 --no-storage --ready "$work/ready.json" > "$work/log" &
cloud=$!
for _ in $(seq 100); do [ -e "$work/ready.json" ] && break; sleep 0.1; done
fact() { node -p "require('$work/ready.json').$1"; }

export AZURE_CONFIG_DIR="$work/az" AZURE_CORE_COLLECT_TELEMETRY=0
REQUESTS_CA_BUNDLE=$(fact caFile)
export REQUESTS_CA_BUNDLE

az login --service-principal --username "$(fact clientId)" --password "$(fact certificateFile)" \
  --tenant "$(fact tenantId)" --allow-no-subscriptions --output table
az rest --url 'https://graph.microsoft.com/v1.0/users?$top=3&$select=displayName,userPrincipalName' \
  --query 'value[].userPrincipalName'
az ad user list --filter "startswith(displayName,'A')" --query '[:3].displayName'
echo "Azure CLI works against the local cloud."
