# Runs one script of a foreign task set, in the work dir, with the places that it expects. Above stand:
#   script    its path below this directory        kind     tests or solution
#   here_is   where the set has this directory     work_at  where the set has the work dir
#   logs_are  where the set has its logs           dirs     directories of the work dir that were empty
# In copies of the set's own texts these places become the real ones. Where the work dir is mounted at the
# set's place nothing of it is touched; elsewhere its texts are rewritten as well, and after a solution back.
# Commands that install something do nothing: what they would bring is there, or the task was not offered.
set -u
own=$(cd "$(dirname "$0")/.." && pwd)
tree=$PWD
room=$(mktemp -d)
logs=${1:-$room/logs}
mkdir -p "$room/files" "$room/bin" "$logs/verifier" "$logs/agent" "$logs/artifacts"
cp -R "$own/." "$room/files/" && rm -rf "$room/files/.cab" && chmod -R u+w "$room/files"
# A checkout for Windows ends the lines of scripts with a carriage return, and no shell runs them.
find "$room/files" -name '*.sh' -type f -exec sed -i 's/\r$//' {} +
for dir in $dirs; do mkdir -p "$tree/$dir"; done

escaped() { printf '%s' "$1" | sed -E 's/[][\.*^$#&+?(){}|]/\\&/g'; }
# Longer places first: /app/tests before /app. A place is whole: neither ./app nor /application is /app.
rules=$room/rules
place() {
  [ -n "$1" ] && [ "$1" != "$2" ] || return 0
  at=$(escaped "$1")
  to=$(escaped "$2")
  printf ':%s\ns#(^|[^][:alnum:]_./~})-])%s([^[:alnum:]_.-]|\\.([^[:alnum:]]|$)|$)#\\1%s\\2#\nt%s\n' "$3" "$at" "$(printf '\001')$3" "$3" >>"$rules"
  printf 's#%s#%s#g\n' "$(printf '\001')$3" "$to" >>"$rules.end"
}
: >"$rules" >"$rules.end"
place "$here_is" "$room/files" a
place "$logs_are" "$logs" b
rewrite_tree=
if ! [ "$work_at" -ef "$tree" ]; then
  place "$work_at" "$tree" c
  rewrite_tree=yes
fi
cat "$rules.end" >>"$rules"
texts_with() { grep -rIlZF -- "$2" "$1" 2>/dev/null; }
for at in "$here_is" "$logs_are" "$work_at"; do texts_with "$room/files" "$at"; done | sort -zu | xargs -0r sed -E -i -f "$rules"
if [ -n "$rewrite_tree" ]; then texts_with "$tree" "$work_at" | xargs -0r sed -E -i -f "$rules"; fi

program() { { echo '#!/bin/bash'; cat; } >"$room/bin/$1" && chmod +x "$room/bin/$1"; }
for name in apt-get apt pip pip3 corepack; do program "$name" </dev/null; done
program curl <<'END'
for word; do case $word in *astral.sh/uv*) exit 0 ;; esac; done
exec "$(type -aP curl | sed -n 2p)" "$@"
END
program python <<'END'
[ "${1-} ${2-}" = "-m pytest" ] && { shift 2; exec pytest -o "pythonpath=$PWD" "$@"; }
exec python3 "$@"
END
# Nothing in the work dir stands for pytest itself (-P).
# A plugin for a report of another form is left out; where a report is asked for, ours is JUnit's.
program pytest <<END
words=()
while [ \$# -gt 0 ]; do
  case \$1 in
    --ctrf) shift ;;
    --ctrf=*) ;;
    *) words+=("\$1") ;;
  esac
  shift
done
[ "$kind" = junit ] && words+=("--junitxml=\$(mktemp "$logs/junit-XXXXXX")")
python3 -P -m pytest -p no:cacheprovider "\${words[@]}"
code=\$?
echo \$code >>"$room/codes"
exit \$code
END
program uv <<'END'
case ${1-} in
  run) shift ;;
  venv) for word; do [ "${word#-}" = "$word" ] && last=$word; done
    [ "$last" = venv ] && last=.venv
    mkdir -p "$last/bin" && : >"$last/bin/activate"; exit ;;
  *) exit 0 ;;
esac
exec uvx "$@"
END
program uvx <<'END'
while [ $# -gt 0 ]; do
  case $1 in
    --with | -w | --from | -p | --python | --index-url | --project | --directory) shift ;;
    -*) ;;
    *) break ;;
  esac
  shift
done
case ${1-} in *.py) set -- python3 "$@" ;; esac
exec "$@"
END
export HOME="$room/home" # with the file that an installer would leave there
mkdir -p "$HOME/.local/bin" && : >"$HOME/.local/bin/env"
export PATH="$room/bin:$PATH" TEST_DIR="$room/files" PIP_NO_INPUT=1 UV_OFFLINE=1

chmod +x "$room/files/$script"
"$room/files/$script"
code=$?
if [ "$kind" = solution ] && [ -n "$rewrite_tree" ]; then
  texts_with "$tree" "$tree" | xargs -0r sed -E -i "s#$(escaped "$tree")#$(escaped "$work_at")#g"
fi
if [ "$kind" = junit ] && [ -s "$room/codes" ]; then
  code=$(sort -n "$room/codes" | tail -n 1)
fi
exit "$code"
