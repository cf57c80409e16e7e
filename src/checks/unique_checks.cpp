// See key_checks.hpp: unique keys and exclusion constraints of rows as they would be.
//
// Rows that arrive are held against live rows by the index, or by a hash of the keys. Among
// themselves, rows of a unique index are sorted as the index sorts them, so that equal ones stand
// next to each other. An exclusion constraint's operators order nothing: rows are joined by the
// columns that are compared by equality, and by islands of ranges that overlap (see
// arriving_islands); what remains is compared pair by pair.
#include "base/joined.hpp"
#include "base/list.hpp"
#include "base/memory.hpp"
#include "base/operator_name.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
#include "changes/table_keys.hpp"
#include "checks/key_checks.hpp"

namespace journal {

namespace {

const List* keys_of(const FinalState* state, const Place* place)
{
    return unique_keys_of(state->application, RelationGetRelid(place->relation));
}

/// The columns of a key for people.
const char* names_of(const UniqueKey* key)
{
    return joined(key->count, ", ", [key](int i) { return key->columns[i].definition; });
}

/// The values e1, e2, … of the row a as one text.
const char* values_of(const UniqueKey* key)
{
    return psprintf("concat_ws(', ', %s) AS held", joined(key->count, ", ", [](int i) {
                        return text_of_value(psprintf("a.e%d", i + 1));
                    }));
}

/// "(…) AS e1, …" over a row of the table.
const char* expressions_of(const UniqueKey* key)
{
    return joined(key->count, ", ", [key](int i) {
        return psprintf("%s AS e%d", key->columns[i].expression, i + 1);
    });
}

const char* condition_of(const UniqueKey* key)
{
    return key->predicate == nullptr ? "true" : psprintf("(%s)", key->predicate);
}

/// Which columns of a key are NULL, a character each. Whether a value is NULL counts as it does for
/// an index: a composite value is not, whatever its fields are.
using NullPattern = const char*;

bool is_null_in(NullPattern pattern, int column)
{
    return pattern[column] == '1';
}

/// Rows s, n, live_table, live_place, e1, … of a place, those of a pattern; nullptr: of any.
const char* rows_with_key(const char* rows, const UniqueKey* key, NullPattern pattern)
{
    const char* of_pattern = joined(pattern == nullptr ? 0 : key->count, " AND ", [&](int i) {
        return psprintf("e%d IS %s NULL", i + 1,
                        is_null_in(pattern, i) ? "NOT DISTINCT FROM" : "DISTINCT FROM");
    });
    return psprintf(
        "(SELECT * FROM (SELECT %s AS s, %s AS n, %s AS live_table, %s AS live_place, %s FROM %s "
        "WHERE %s) r%s%s)",
        kSetName, kNumberName, kTableName, kPlaceName, expressions_of(key), rows, condition_of(key),
        pattern == nullptr ? "" : " WHERE ", of_pattern);
}

/// That rows t and a, both of a pattern, are in conflict.
const char* match_of(const UniqueKey* key, NullPattern pattern)
{
    return joined(key->count, " AND ", [&](int i) {
        return is_null_in(pattern, i)
                   ? psprintf("t.e%d IS NOT DISTINCT FROM NULL", i + 1)
                   : psprintf("t.e%d %s a.e%d", i + 1, operator_name(key->columns[i].match), i + 1);
    });
}

/// The pattern of keys that are in conflict where NULLs are not.
NullPattern no_nulls(const UniqueKey* key)
{
    char* pattern = make_array_in<char>(CurrentMemoryContext, key->count + 1);
    std::fill_n(pattern, key->count, '0');
    return pattern;
}

/// Those of the rows that arrive.
List* patterns_of(const FinalState* state, const Place* place, const UniqueKey* key)
{
    if (!key->nulls_equal)
        return list_make1(const_cast<char*>(no_nulls(key)));
    const char* sql = psprintf(
        "SELECT DISTINCT concat(%s) AS pattern FROM %s a",
        joined(key->count, ", ",
               [](int i) {
                   return psprintf("(e%d IS NOT DISTINCT FROM NULL)::pg_catalog.int4", i + 1);
               }),
        rows_with_key(arriving_name(place), key, nullptr));
    List* patterns = NIL;
    ResultReader reader = read_as_checker(state, RelationGetRelid(place->relation), sql);
    const char* pattern = nullptr;
    reader.bind("pattern", &pattern);
    while (reader.next())
        patterns = lappend(patterns, pstrdup(pattern));
    reader.close();
    return patterns;
}

/// Rows of a pattern that are in conflict with live ones. Without OR, so that the index can be
/// searched.
const char* live_conflicts(const FinalState* state, const Place* place, const UniqueKey* key,
                           NullPattern pattern)
{
    const Oid table = RelationGetRelid(place->relation);
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql,
                     "SELECT a.s, a.n, %s FROM %s a WHERE EXISTS (SELECT FROM "
                     "(SELECT ctid, tableoid, %s FROM ONLY %s WHERE %s) t WHERE %s",
                     values_of(key), rows_with_key(arriving_name(place), key, pattern),
                     expressions_of(key), qualified_name(table), condition_of(key),
                     match_of(key, pattern));
    append_stays(&sql, state, table, "t");
    appendStringInfoChar(&sql, ')');
    return sql.data;
}

/// That two rows that arrive are not changes of one row, by different sets.
const char* are_different(const char* first, const char* second)
{
    return psprintf(
        "(%slive_place IS NULL OR %slive_place IS DISTINCT FROM %slive_place OR "
        "%slive_table IS DISTINCT FROM %slive_table)",
        first, first, second, first, second);
}

/// Rows of a unique index that arrive and have the key of one before them. Sorted as the index is,
/// equal keys stand next to each other.
const char* repeated_keys(const Place* place, const UniqueKey* key)
{
    const auto each = [key](const char* separator, const auto& item) {
        return joined(key->count, separator, [&](int i) { return item(i + 1, key->columns[i]); });
    };
    const char* before = each(
        ", ", [](int i, const UniqueColumn&) { return psprintf("lag(e%d) OVER w AS p%d", i, i); });
    const char* order = each(", ", [](int i, const UniqueColumn& column) {
        return psprintf("e%d USING %s", i, operator_name(column.order));
    });
    const char* same = each(" AND ", [key](int i, const UniqueColumn& column) {
        const char* equal = psprintf("p%d %s e%d", i, operator_name(column.match), i);
        return key->nulls_equal ? psprintf(
                                      "(%s OR p%d IS NOT DISTINCT FROM NULL AND "
                                      "e%d IS NOT DISTINCT FROM NULL)",
                                      equal, i, i)
                                : equal;
    });
    return psprintf(
        "SELECT s, n, %s FROM (SELECT *, row_number() OVER w AS place, "
        "lag(live_table) OVER w AS before_live_table, lag(live_place) OVER w AS "
        "before_live_place, %s "
        "FROM %s r WINDOW w AS (ORDER BY %s, s, n)) a WHERE place > 1 AND %s AND %s",
        values_of(key), before,
        rows_with_key(arriving_name(place), key, key->nulls_equal ? nullptr : no_nulls(key)), order,
        same, are_different("", "before_"));
}

/// Whether a column is compared by the equality by which the server groups its type.
bool is_grouped(const UniqueColumn& column)
{
    const TypeCacheEntry* type =
        lookup_type_cache(column.type, TYPECACHE_EQ_OPR | TYPECACHE_LT_OPR);
    return column.match == type->eq_opr && OidIsValid(type->lt_opr);
}

/// Whether a column holds ranges (or multiranges) that must not overlap, with bounds that the
/// server sorts by itself as the range type does.
bool is_range(const UniqueColumn& column)
{
    Oid left = InvalidOid;
    Oid right = InvalidOid;
    op_input_types(column.match, &left, &right);
    const bool is_multirange = left == ANYMULTIRANGEOID;
    if ((left != ANYRANGEOID && !is_multirange) || left != right ||
        strcmp(get_opname(column.match), "&&") != 0)
        return false;
    const TypeCacheEntry* range = lookup_type_cache(
        getBaseType(column.type), is_multirange ? TYPECACHE_MULTIRANGE_INFO : TYPECACHE_RANGE_INFO);
    if (is_multirange)
        range = range->rngtype;
    if (range == nullptr || range->rngelemtype == nullptr || OidIsValid(range->rng_collation))
        return false;
    const Oid bound = range->rngelemtype->type_id;
    return !OidIsValid(get_element_type(bound)) && OidIsValid(get_array_type(bound)) &&
           lookup_type_cache(bound, TYPECACHE_CMP_PROC)->cmp_proc ==
               range->rng_cmp_proc_finfo.fn_oid;
}

/// The number of the first column of ranges; 0: there is none.
int range_in(const UniqueKey* key)
{
    for (int i = 1; i <= key->count; i++)
        if (is_range(key->columns[i - 1]))
            return i;
    return 0;
}

/// Rows that arrive, each with the number of its island: sorted by lower bounds, among rows that
/// are equal in columns compared by equality, an island ends where a range begins at or after the
/// upper bounds of all before it. Ranges of different islands do not overlap.
const char* arriving_islands(const char* rows, const UniqueKey* key, int range)
{
    const char* grouped = joined(key->count, ", ", [key](int i) {
        return is_grouped(key->columns[i]) ? psprintf("e%d", i + 1) : nullptr;
    });
    const char* partition = *grouped == '\0' ? "" : psprintf("PARTITION BY %s", grouped);
    // A NULL among bounds is greater than any: no upper bound.
    return psprintf(
        "SELECT *, sum(CASE WHEN lower_inf(e%d) AND reach IS NOT NULL OR ARRAY[low] < reach "
        "                     OR touches AND ARRAY[low] <= reach THEN 0 ELSE 1 END) OVER sorted "
        "  AS island "
        "FROM (SELECT *, max(ARRAY[upper(e%d)]) OVER before AS reach, "
        "             bool_or(upper_inc(e%d)) OVER before AS touches "
        "      FROM (SELECT *, lower(e%d) AS low FROM %s r WHERE NOT isempty(e%d)) r "
        "      WINDOW before AS (%s ORDER BY low NULLS FIRST, s, n "
        "                        ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)) r "
        "WINDOW sorted AS (%s ORDER BY low NULLS FIRST, s, n)",
        range, range, range, range, rows, range, partition, partition);
}

/// Rows that arrive and are in conflict with one before them by an exclusion constraint.
const char* excluded_keys(const Place* place, const UniqueKey* key)
{
    const char* rows = rows_with_key(arriving_name(place), key, no_nulls(key));
    const int range = range_in(key);
    return psprintf(
        "WITH r AS MATERIALIZED (%s) SELECT a.s, a.n, %s FROM r a WHERE EXISTS "
        "(SELECT FROM r t WHERE %s%s AND (t.s, t.n) < (a.s, a.n) AND %s)",
        range == 0 ? psprintf("SELECT * FROM %s k", rows) : arriving_islands(rows, key, range),
        values_of(key), range == 0 ? "" : "t.island = a.island AND ", match_of(key, no_nulls(key)),
        are_different("a.", "t."));
}

void check_unique_key(FinalState* state, const Place* place, const UniqueKey* key)
{
    const Oid table = RelationGetRelid(place->relation);
    KeyIssue issue{};
    issue.kind = IssueKind::kKeyInUse;
    issue.object = key->index;
    issue.before = psprintf(
        "%s \"%s\": Key (%s)=", key->exclusion ? "exclusion constraint" : "unique constraint",
        key->name, names_of(key));
    issue.after = key->exclusion ? " is in conflict with a row that is there." : " already exists.";
    for (auto* pattern : items<char>(patterns_of(state, place, key)))
        note_rows(state, table, live_conflicts(state, place, key, pattern), issue);
    issue.object = InvalidOid;
    issue.after = " is another's of the rows too.";
    note_rows(state, table, key->exclusion ? excluded_keys(place, key) : repeated_keys(place, key),
              issue);
}

/// Rows of a unique index that arrive, with those that leave and have their keys now.
const char* keys_left(const Place* place, const UniqueKey* key, NullPattern pattern)
{
    return psprintf("%s a JOIN %s t ON %s", rows_with_key(arriving_name(place), key, pattern),
                    rows_with_key(leaving_name(place), key, pattern), match_of(key, pattern));
}

/// The same of an exclusion constraint. Its operators hash nothing; so its index is searched for
/// the live rows (OFFSET: for each row that arrives), of which those that leave are found by their
/// places.
const char* exclusions_left(const Place* place, const UniqueKey* key, NullPattern pattern)
{
    return psprintf(
        "%s a CROSS JOIN LATERAL (SELECT * FROM (SELECT ctid, tableoid, %s FROM ONLY %s WHERE %s) "
        "t WHERE %s OFFSET 0) live "
        "JOIN %s t ON t.live_place = live.ctid AND t.live_table = live.tableoid",
        rows_with_key(arriving_name(place), key, pattern), expressions_of(key),
        qualified_name(RelationGetRelid(place->relation)), condition_of(key),
        match_of(key, pattern), rows_with_key(leaving_name(place), key, pattern));
}

/// Adds the rows of a place that are to have a key which another has now.
void add_waits(const FinalState* state, const Place* place, const UniqueKey* key,
               NullPattern pattern, Vector<FoundWait>* waits)
{
    const char* sql = psprintf(
        "SELECT a.s, a.n, t.s AS holder_set, t.n AS holder_number FROM %s "
        "WHERE (a.s, a.n) <> (t.s, t.n) AND %s",
        (key->exclusion ? exclusions_left : keys_left)(place, key, pattern),
        are_different("a.", "t."));
    ResultReader reader = read_as_checker(state, RelationGetRelid(place->relation), sql);
    FoundWait wait{};
    wait.key = key;
    reader.bind("s", &wait.set);
    reader.bind("n", &wait.number);
    reader.bind("holder_set", &wait.holder_set);
    reader.bind("holder_number", &wait.holder_number);
    while (reader.next())
        waits->push_back(wait);
    reader.close();
}

}  // namespace

void find_waits(const FinalState* state, Vector<FoundWait>* waits)
{
    for (const auto* place : items<Place>(state->places)) {
        for (const auto* key : items<UniqueKey>(keys_of(state, place))) {
            if (key->immediate)
                for (auto* pattern : items<char>(patterns_of(state, place, key)))
                    add_waits(state, place, key, pattern, waits);
        }
    }
}

void check_unique_keys(FinalState* state, const Place* place)
{
    for (const auto* unique : items<UniqueKey>(keys_of(state, place)))
        check_unique_key(state, place, unique);
}

}  // namespace journal
