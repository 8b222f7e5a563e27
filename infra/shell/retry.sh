# Sourced. Retries a command while it fails with a transient error.

# retry_on PATTERN TRIES SECONDS COMMAND...
# Writes the standard output of the attempt that succeeded. A failure is final at once if its error
# output does not match PATTERN (grep -E, any case) or matches $final. The last error is shown either way.
retry_on() {
  local pattern=$1 tries=$2 seconds=$3 attempt=1 status errors
  shift 3
  errors=$(mktemp) || return
  while :; do
    status=0
    "$@" 2>"$errors" || status=$?
    if [ "$status" -eq 0 ]; then
      rm -f "$errors"
      return 0
    fi
    if [ "$attempt" -ge "$tries" ] || grep -Eiq "$final" "$errors" || ! grep -Eiq "$pattern" "$errors"; then
      cat "$errors" >&2
      rm -f "$errors"
      return "$status"
    fi
    say "  not yet (attempt $attempt of $tries), again in $seconds s: $(head -n 1 "$errors")"
    attempt=$((attempt + 1))
    sleep "$seconds"
  done
}

# What Azure and Entra answer while something that was just made is not yet known everywhere, while a
# deployment that was interrupted is still running, and while a storage account does something else.
replicating='does not exist or one of its queried reference-property objects|Not a valid reference update|PrincipalNotFound|RoleDefinitionDoesNotExist|Request_ResourceNotFound|ResourceNotFound|does not exist in the directory|identity.*(permission|authori[sz]ed)|RetryableError|AnotherOperationInProgress|StorageAccountOperationInProgress|DeploymentActive|TooManyRequests|GatewayTimeout'

# What Key Vault answers while a role that was just given is not yet known there.
unauthorized='Forbidden|ForbiddenByRbac|does not have .* permission|is not authorized|\(403\)'

# What waiting does not change: a firewall, a policy, a closed door.
final='ForbiddenByFirewall|ForbiddenByConnection|ForbiddenByPolicy|Client address is not authorized|Public network access is disabled|RequestDisallowedByPolicy'

# What a new app's SCM site answers while it is not yet there.
site_starting='(^|[^0-9])(404|502|503|504)([^0-9]|$)|Not Found|Bad Gateway|Service Unavailable|Gateway Time|timed out|Name or service not known|Connection (reset|refused|aborted)'
