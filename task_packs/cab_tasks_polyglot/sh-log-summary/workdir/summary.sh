#!/bin/sh
# Prints how many lines of a log (standard input) have each level, by level.
tr ' ' '\n' | grep -x '[A-Z]*' | LC_ALL=C sort | uniq -c | while read -r count level; do
  printf '%s %s\n' "$level" "$count"
done
