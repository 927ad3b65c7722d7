#!/bin/sh
# Prints what the code under test does, a case a line. What is expected is not known here.
run() {
  printf '%s:' "$1"
  printf '%b' "$2" | sh "$3/summary.sh" 2>/dev/null | tr '\n' ','
  printf '\n'
}
run two '2026-03-02 ERROR disk full\n2026-03-02 INFO started\n2026-03-03 ERROR disk full\n' "$1"
run 'words in messages' '2026-03-02 INFO an ERROR was mended BY HAND\n' "$1"
run 'blank lines' '\n2026-03-02 INFO a\n\n' "$1"
run nothing '' "$1"
run 'small letters' '2026-03-02 debug A\n2026-03-02 DEBUG b\n' "$1"
run 'a star' '2026-03-02 * x\n2026-03-02 WARN * y\n' "$1"
