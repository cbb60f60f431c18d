#!/bin/sh
# Resolve pyproject.toml into hashed locks without index addresses; torch stands apart (scripts/install.py).
set -eu
: "${UV_FIND_LINKS:=${PIP_FIND_LINKS:-}}"
export UV_FIND_LINKS
UV=${UV:-.venv/bin/uv}
compile() {
  out=$1; shift
  "$UV" pip compile "$@" --python-version 3.11 --generate-hashes --no-emit-index-url \
    --no-emit-find-links --no-annotate --no-header --no-emit-package torch -q -o "$out"
}
compile requirements/runtime.txt pyproject.toml
compile requirements/dev.txt pyproject.toml --extra dev
echo "uv" | compile requirements/uv.txt -
