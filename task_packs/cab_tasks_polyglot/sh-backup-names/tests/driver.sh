#!/bin/sh
# Prints what the code under test does, a case a line. What is expected is not known here.
sh "$1/names.sh" a.txt README 'my file.txt' 'two  blanks' .profile x.tar.gz '*.c' '' 2>/dev/null
echo "none:"
sh "$1/names.sh"
