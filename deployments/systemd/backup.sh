#!/bin/sh
# A whole copy of the SQLite ledger while it is in use, checked; then away with the copies that are too old.
# Usage: backup.sh LEDGER FOLDER DAYS
set -eu
ledger=$1 folder=$2 days=$3
copy="$folder/ketenregie-$(date +%Y%m%d-%H%M%S).sqlite"

umask 077
sqlite3 -cmd ".timeout 10000" "$ledger" "VACUUM INTO '$copy'"
[ "$(sqlite3 "$copy" 'PRAGMA quick_check')" = ok ]
find "$folder" -name 'ketenregie-*.sqlite' -mtime "+$days" -delete
echo "$copy"
