# Sourced. What people read goes to standard error, so that functions can answer on standard output.

say() { printf '%s\n' "$*" >&2; }

fail() {
  say "$1"
  [ $# -lt 2 ] || say "Fix: $2"
  exit 1
}

# step TITLE: the next of `steps` steps, with the time since the script began.
step_number=0
step() {
  step_number=$((step_number + 1))
  say "[$step_number/$steps] $1 (after $((SECONDS / 60)) min $((SECONDS % 60)) s)"
}

# value_of OPTION VALUE: the value; ends the script for an option without one.
value_of() {
  [ -n "${2:-}" ] && [ "${2#--}" = "$2" ] || fail "$1 needs a value." "infra/$(basename "$0") --help"
  printf '%s' "$2"
}

# read_lines NAME...: reads standard input into these variables, a line each; those beyond its end become empty.
# Plain `read` fails at the end of the input, and would end the script there.
read_lines() {
  while [ $# -gt 0 ]; do
    read -r "$1" || true
    shift
  done
}

# The comment at the top of the script that was called.
usage() { sed -n '2,/^[^#]/{s/^# \{0,1\}//p;}' "$0" >&2; }
