# Sourced by the suites: which tests a run takes if TESTS names none. TIER says for what:
#
#   quick    everything but what is long or random (make check)
#   all      everything (make check-all, on the PostgreSQL at hand)
#   assert   what finds most on a server that checks itself (make check-assert)
#   other    what may differ between versions of PostgreSQL (make check-matrix)
#   random   random and stress tests, to be repeated with new seeds (make check-long)
#
# A test belongs to "quick" and "all" unless a list says otherwise.

tier_long=(northwind 013_update 043_memory)
tier_random=(040_random_savepoints 041_crash 060_random_past 061_marks_under_load 062_random_undo
    063_random_ordinary 064_random_names
    065_random_report)
tier_assert_tap=(040_random_savepoints 041_crash)
tier_other_tap=(010_dump 011_dump_demo 012_pg_upgrade 013_update 014_major_upgrade 015_virtual_columns
    016_not_valid_not_null 020_standby 021_replication 022_journal_copy 080_feed 091_page)

# Prints those of the tier that are named on standard input, one a line. Without a list for the suite, it
# takes all of it.
#
# usage: of_tier SUITE
of_tier() {
    local names
    case ${TIER:-quick}.$1 in
    quick.*) names=("${tier_long[@]}" "${tier_random[@]}") ;;
    assert.tap) names=("${tier_assert_tap[@]}") ;;
    other.tap) names=("${tier_other_tap[@]}") ;;
    random.tap) names=("${tier_random[@]}") ;;
    random.regress | random.isolation) return 0 ;;
    *) cat && return ;;
    esac
    if [ "${TIER:-quick}" = quick ]; then
        grep -vxF "$(printf '%s\n' "${names[@]}")" || true
    else
        grep -xF "$(printf '%s\n' "${names[@]}")" || true
    fi
}
