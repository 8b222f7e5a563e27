#!/usr/bin/env bash
# Tests that Microsoft's generated Graph SDK (Kiota) works unmodified with the local cloud: runs the
# program beside this script in a temporary folder with the SDK (100 MB), or in FOLDER.
#
#   bash test/cloud/clients/msgraph-sdk.sh [FOLDER]
set -euo pipefail
# shellcheck source=SCRIPTDIR/with-cloud.sh
. "$(dirname "$0")/with-cloud.sh"

folder=${1:-$work/sdk}
mkdir -p "$folder"
if [ ! -e "$folder/node_modules/@microsoft/msgraph-sdk-users" ]; then
  echo '{"private":true}' > "$folder/package.json"
  npm install --prefix "$folder" --ignore-scripts --no-audit --no-fund --silent @azure/identity@4.14.1 \
    @microsoft/kiota-authentication-azure@1.0.0-preview.109 @microsoft/msgraph-sdk@1.0.0-preview.90 \
    @microsoft/msgraph-sdk-users@1.0.0-preview.90
fi
start_cloud --users 230 --groups 20 --no-people
cp "$here/msgraph-sdk.mjs" "$folder/msgraph-sdk.mjs"
READY="$work/ready.json" in_cloud "$node" "$folder/msgraph-sdk.mjs"
echo "Microsoft's generated Graph SDK works against the local cloud."
