# shellcheck shell=bash
# Sourced by the scripts for clients that cannot be told an address: starts the script again where a hosts
# file that only its processes see maps the public names to loopback, and where port 443 is its own.
# Needs root or a user namespace.
if [ -z "${IN_NAMESPACE:-}" ]; then
  export IN_NAMESPACE=1
  root=()
  [ "$(id -u)" = 0 ] || root=(--map-root-user)
  exec unshare "${root[@]}" --mount --net bash -c 'ip link set lo up && exec bash "$@"' bash "$0" "$@"
fi

# shellcheck source=SCRIPTDIR/with-cloud.sh
. "$(dirname "${BASH_SOURCE[0]}")/with-cloud.sh"

names="login.microsoftonline.com graph.microsoft.com management.azure.com batch-vault.vault.azure.net"
names="$names premium-vault.vault.azure.net batchstorage.blob.core.windows.net batchstorage.queue.core.windows.net"
{ cat /etc/hosts; echo "127.0.0.1 $names"; } > "$work/hosts"
mount --bind "$work/hosts" /etc/hosts
