# Sourced by check-all and check-long: runs whole commands as parts, adds up their tests, and says in the
# end how long each took and what failed. A part that fails stops no other; one that ends without saying
# how many tests it ran has failed. What a part's failing tests printed is kept in tmp_check/PART.

parts_log=$(mktemp)
# Each part empties tmp_check/.
parts_kept=$(mktemp -d)
parts_passed=0 parts_failed=0 parts_skipped=0 parts_table= parts_failures=

# Prints what a part's output says under "what failed", for each version of PostgreSQL that prefixes
# its lines.
failures_in() {
    awk '{ prefix = match($0, /^\[[0-9]+\] /) ? substr($0, 1, RLENGTH) : ""; text = substr($0, length(prefix) + 1) }
        text ~ /^== see tmp_check/ { is_listed[prefix] = 0 }
        is_listed[prefix] { print }
        text == "== what failed" { is_listed[prefix] = 1 }' "$1"
}

# part NAME COMMAND…: runs a part. The last line with counts is the part's.
part() {
    local name=$1 start=$SECONDS status=0 counts p=0 f=0 s=0
    shift
    say "$name: $*"
    # What make says of a failure is left out.
    "$@" </dev/null 2>&1 | grep --line-buffered -v '^make: \*\*\*' | tee "$parts_log" || status=$?
    counts=$(sed -n 's/^\([0-9]*\) passed, \([0-9]*\) failed\(, \([0-9]*\) skipped\)\{0,1\}$/\1 \2 \4/p' "$parts_log" | tail -n 1)
    read -r p f s <<<"${counts:-0 0 0}" || true
    if [ $((p + f + ${s:-0})) = 0 ] || { [ $status != 0 ] && [ "$f" = 0 ]; }; then
        f=$((f + 1))
    fi
    parts_passed=$((parts_passed + p)) parts_failed=$((parts_failed + f)) parts_skipped=$((parts_skipped + ${s:-0}))
    parts_failures+=$(failures_in "$parts_log")$'\n'
    [ ! -d tmp_check ] || mv -T tmp_check "$parts_kept/${name// /-}"
    parts_table+=$(printf '%-20s %6d passed %4d failed %4d skipped %6d s' "$name" "$p" "$f" "${s:-0}" $((SECONDS - start)))$'\n'
}

# Prints the sum of all parts; returns whether all of them passed.
sum_of_parts() {
    local failures summary
    rm -rf tmp_check
    [ -z "$(ls -A "$parts_kept")" ] || cp -r "$parts_kept" tmp_check
    failures=$(sed '/^$/d' <<<"$parts_failures")
    [ -z "$failures" ] || printf '\n%s\n' "$failures"
    printf '\n%s%d min in total\n' "$parts_table" $(((SECONDS + 59) / 60))
    rm -rf "$parts_log" "$parts_kept"
    summary="$parts_passed passed, $parts_failed failed"
    [ $parts_skipped = 0 ] || summary="$summary, $parts_skipped skipped"
    printf '%s\n' "$summary"
    [ $parts_failed = 0 ]
}
