#!/usr/bin/env bash
# Tests that unmodified Python clients work with the local cloud: azure-keyvault-secrets, -keys and
# -certificates with azure-identity, and MSAL with requests against Graph (Debian's packages
# python3-azure, python3-msal and python3-requests). Needs root or a user namespace, as azure-cli.sh does.
#
#   bash test/cloud/clients/python.sh
set -euo pipefail
# shellcheck source=SCRIPTDIR/with-hosts.sh
. "$(dirname "$0")/with-hosts.sh"

python=${PYTHON:-/usr/bin/python3}
start_cloud --port 443 --users 230 --groups 20 --no-people
REQUESTS_CA_BUNDLE=$(fact caFile)
export REQUESTS_CA_BUNDLE READY="$work/ready.json" PYTHONDONTWRITEBYTECODE=1 PYTHONWARNINGS=ignore
failed=0
"$python" "$here/python-key-vault.py" || failed=1
"$python" "$here/python-graph.py" || failed=1
exit "$failed"
