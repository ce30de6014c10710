#!/bin/sh
# Prints the Python to use: 3.12 or 3.11, where every package comes ready made; a newer one only
# with a Redis server on the PATH, because the bundled one has no build for it.
set -u

version_of() {
    "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null
}

for name in python3 python3.12 python3.11; do
    case "$(version_of "$name")" in
        3.11 | 3.12) command -v "$name"; exit 0 ;;
    esac
done
for name in python3 python3.13 python3.14; do
    case "$(version_of "$name")" in
        3.1[3-9])
            if command -v redis-server >/dev/null || command -v valkey-server >/dev/null; then
                echo "CVD-MIS is tested with Python 3.11 and 3.12; trying $name" >&2
                command -v "$name"; exit 0
            fi ;;
    esac
done
echo "CVD-MIS needs Python 3.11 or 3.12: install one (Debian: apt install python3 python3-venv;" \
    "conda: conda env create -f environment.yml)" >&2
exit 1
