#!/usr/bin/env bash
# Tests that the unmodified Microsoft Graph SDK for .NET (with Azure.Identity) works with the local cloud.
# Needs dotnet 10 and NuGet, and root or a user namespace, as azure-cli.sh does. The program is built in
# a temporary folder, or in FOLDER to keep it.
#
#   bash test/cloud/clients/dotnet.sh [FOLDER]
set -euo pipefail
export DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_NOLOGO=1
if [ -z "${IN_NAMESPACE:-}" ]; then
  # NuGet has to be reached before the public names lead elsewhere.
  program=${1:-$(mktemp -d)}
  mkdir -p "$program"
  cp "$(dirname "$0")"/dotnet/* "$program"
  dotnet build "$program/clients.csproj" --output "$program/built" --verbosity quiet
  export PROGRAM="$program"
fi
# shellcheck source=SCRIPTDIR/with-hosts.sh
. "$(dirname "$0")/with-hosts.sh"
start_cloud --port 443 --users 230 --groups 20 --no-people
code=0
READY="$work/ready.json" SSL_CERT_FILE=$(fact caFile) dotnet "$PROGRAM/built/clients.dll" || code=$?
[ -n "${1:-}" ] || rm -rf "$PROGRAM"
exit "$code"
