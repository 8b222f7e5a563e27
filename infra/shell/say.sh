# Sourced. What people read goes to standard error, so that functions can answer on standard output.

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$1"
  [ $# -lt 2 ] || say "Fix: $2"
  exit 1
}

# value_of OPTION VALUE: the value, or the end for an option without one.
value_of() {
  [ -n "${2:-}" ] && [ "${2#--}" = "$2" ] || fail "$1 needs a value." "infra/$(basename "$0") --help"
  printf '%s' "$2"
}

# The comment at the top of the script that was called.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p;}' "$0" >&2; }
