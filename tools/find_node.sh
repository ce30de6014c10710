#!/bin/sh
# Fails with one line when there is no Node.js 20 or newer.
set -u
major=$(node --version 2>/dev/null | sed 's/^v\([0-9]*\).*/\1/')
if [ "${major:-0}" -lt 20 ] || ! command -v npm >/dev/null; then
    echo "CVD-MIS needs Node.js 20 or newer with npm to build its pages (found: ${major:-none})" >&2
    exit 1
fi
