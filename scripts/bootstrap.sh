#!/bin/sh
# Make .venv with everything mailwatch needs, pinned by hash, and mailwatch itself, editable.
#
# Writes nothing outside the repository. Uses uv when the PATH has it, else pip. A later run with nothing
# new to install ends at once. Exits 69 (EX_UNAVAILABLE) when the system lacks what cannot be installed here.
set -eu

cd "$(dirname "$0")/.."
lock=requirements-dev.txt
model=requirements-model.txt
venv=.venv
stamp=$venv/mailwatch.stamp

say() { printf '%s\n' "$*" >&2; }

stop() {
    say "mailwatch : $*"
    exit 69
}

recent() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' >/dev/null 2>&1; }

find_python() {
    for name in ${PYTHON:-} python3 python3.13 python3.12 python3.11 python3.14; do
        if recent "$name"; then
            command -v "$name"
            return
        fi
    done
    stop "Python 3.11 ou plus récent est nécessaire. Lancez : apt install python3 python3-venv"
}

# What the environment was made from: another lock, checkout or catalogue makes it out of date. An
# environment does not survive being moved, hence the path.
state() {
    pwd
    cat "$lock" "$model" pyproject.toml packaging/*.py scripts/bootstrap.sh mailwatch/locale/*/*/*.po | cksum
}

make_venv() {
    python=$(find_python)
    say "mailwatch : préparation de $venv avec $("$python" --version)…"
    rm -rf "$venv"
    if command -v uv >/dev/null 2>&1; then
        uv venv --quiet --no-cache --python "$python" "$venv"
        return
    fi
    "$python" -c 'import ensurepip, venv' >/dev/null 2>&1 ||
        stop "le module venv de Python manque. Lancez : apt install python3-venv"
    "$python" -m venv "$venv"
}

install() {
    # A mirror may be known to pip alone: what uv cannot fetch, pip may.
    if command -v uv >/dev/null 2>&1 &&
        uv pip install --quiet --no-cache --python "$venv/bin/python" "$@"; then
        return
    fi
    # An environment made by uv has no pip.
    "$venv/bin/python" -m pip --version >/dev/null 2>&1 || "$venv/bin/python" -m ensurepip >/dev/null
    "$venv/bin/python" -m pip install --quiet --no-cache-dir --disable-pip-version-check "$@"
}

wanted=$(state)
if [ -f "$stamp" ] && [ "$(cat "$stamp")" = "$wanted" ] && [ -x "$venv/bin/mailwatch" ]; then
    exit 0
fi
if ! recent "$venv/bin/python" || [ "$(head -n 1 "$stamp" 2>/dev/null)" != "$(pwd)" ]; then
    make_venv
fi
rm -f "$stamp"
say "mailwatch : installation des dépendances (une minute la première fois)…"
install --require-hashes -r "$lock"
# Nothing needs it: where it cannot be had, its tests are skipped.
install --require-hashes -r "$model" ||
    say "mailwatch : le modèle de noms ne s’installe pas ici ; la suite se passe de lui"
install --no-deps --no-build-isolation -e .
# Written last: an interrupted run starts anew.
printf '%s\n' "$wanted" >"$stamp"
