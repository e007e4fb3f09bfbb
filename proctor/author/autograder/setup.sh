#!/bin/bash
# Gradescope runs this once, as root on Ubuntu, when it builds the autograder's image.
set -euo pipefail
root=${AUTOGRADER_ROOT:-/autograder}
proctor=${PROCTOR_VENV:-/opt/proctor}

find_python() {
    for python in python3.13 python3.12 python3.11 python3; do
        "$python" -c 'import ensurepip, sys, venv; sys.exit(not (3, 11) <= sys.version_info[:2] <= (3, 13))' \
            2>/dev/null && echo "$python" && return
    done
    return 1
}

if ! find_python >/dev/null; then
    apt-get update
    for version in 3.13 3.12 3.11; do
        apt-get install -y "python$version" "python$version-venv" && break
    done
fi
"$(find_python)" -m venv "$proctor"
"$proctor/bin/pip" install --quiet --constraint "$root/source/constraints.txt" \
    "$(echo "$root"/source/proctor-*.whl)[grading]"
# The image's log then says which jail student code gets here; it may be less than the course accepts.
(cd "$root/source/course" && "$proctor/bin/proctor" doctor) || true
