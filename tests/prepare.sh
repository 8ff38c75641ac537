#!/bin/sh
# Installs what the tests, the benchmark or a virtual environment need from the system, when this user may;
# otherwise says what is missing. With CI=true a missing part is an error.
set -eu

missing=""
add() { missing="$missing $1"; }

case "$1" in
    venv) "$2" -c 'import ensurepip, venv' 2>/dev/null || add python3-venv ;;
    test) command -v chromium >/dev/null || add chromium
          ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || add postgresql
          PATH="$PATH:/usr/sbin:/sbin" command -v ip >/dev/null || add iproute2
          PATH="$PATH:/usr/sbin:/sbin" command -v nginx >/dev/null || add nginx-light
          fc-list 2>/dev/null | grep -qi 'noto sans' || add fonts-noto-core ;;
    attack) command -v tesseract >/dev/null || add tesseract-ocr ;;
    train) for fonts in dejavu noto; do ls /usr/share/fonts/truetype/$fonts >/dev/null 2>&1 || add fonts-$fonts-core; done ;;
    bench) command -v wrk >/dev/null || add wrk ;;
esac
[ -n "$missing" ] || exit 0

if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null; then
    echo "Installing$missing"
    export DEBIAN_FRONTEND=noninteractive
    apt-get update -qq
    # shellcheck disable=SC2086  # a list of package names
    apt-get install -y -qq --no-install-recommends $missing >/dev/null
else
    echo "Missing:$missing. As root: apt-get install$missing" >&2
    [ "${CI:-}" != true ] && [ "$1" = test ]
fi
