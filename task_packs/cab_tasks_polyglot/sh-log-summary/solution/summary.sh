#!/bin/sh
# Prints how many lines of a log (standard input) have each level, by level.
while read -r _ level _; do
  [ -z "$level" ] || printf '%s\n' "$level"
done | LC_ALL=C sort | uniq -c | while read -r count level; do
  printf '%s %s\n' "$level" "$count"
done
