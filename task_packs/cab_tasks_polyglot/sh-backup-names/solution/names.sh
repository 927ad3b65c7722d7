#!/bin/sh
# Prints the backup's name for each argument, a line each.
for name in "$@"; do
  case $name in
    ?*.*) printf '%s.bak.%s\n' "${name%.*}" "${name##*.}" ;;
    *) printf '%s.bak\n' "$name" ;;
  esac
done
