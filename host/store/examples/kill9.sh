#!/bin/sh
# Kills the writer at random moments and verifies the store after each kill.
#
#   cargo build --release -p baton-store --examples && sh host/store/examples/kill9.sh target/release/examples 20
#
# Exit status 1 if any kill lost an acknowledged step. Each kill has a new folder, since a writer begins with its first
# step. Each store is verified twice: after the recovery, and after the clean stop that follows it.
set -eu
programs=$1 kills=${2:-20} bad=0 acknowledged=0
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
for kill in $(seq "$kills"); do
    rm -rf "$work/data" "$work/lines"
    "$programs/powercut_writer" "$work/data" > "$work/lines" &
    writer=$!
    until grep -q '^R$' "$work/lines" 2>/dev/null; do sleep 0.01; done
    sleep "$(awk -v seed="$kill$$" 'BEGIN { srand(seed); print 0.2 + 2 * rand() }')"
    kill -9 "$writer"
    wait "$writer" 2>/dev/null || true
    # A kill can cut the last line.
    if [ -n "$(tail -c 1 "$work/lines")" ]; then sed -i '$d' "$work/lines"; fi
    sed '/^R$/d' "$work/lines" > "$work/whole"
    acknowledged=$((acknowledged + $(wc -l < "$work/whole")))
    for again in 1 2; do
        if ! verdict=$("$programs/powercut_verify" "$work/data" < "$work/whole"); then
            bad=$((bad + 1))
            echo "kill $kill, verified $again times: $verdict"
        fi
    done
done
echo "kills=$kills acknowledged=$acknowledged bad=$bad"
[ "$bad" -eq 0 ]
