// See key_checks.hpp: foreign keys of rows as they would be, from either side.
#include "base/joined.hpp"
#include "base/list.hpp"
#include "changes/set_reference.hpp"
#include "changes/statement.hpp"
#include "checks/key_checks.hpp"

namespace journal {

namespace {

/// The columns of a key on one side: their names for people.
const char* names_of(const ForeignKey& key, const char* ReferenceColumn::*side)
{
    return joined(key.count, ", ", [&](int i) { return quote_identifier(key.columns[i].*side); });
}

/// Their values in a row of an alias, as one text.
const char* values_of(const ForeignKey& key, const char* ReferenceColumn::*side, const char* alias)
{
    return psprintf("concat_ws(', ', %s) AS held", joined(key.count, ", ", [&](int i) {
                        return text_of_value(column_of(alias, key.columns[i].*side));
                    }));
}

/// That what a row a refers to is NULL, or is not, in all columns.
const char* are_null(const ForeignKey& key, const char* is)
{
    return joined(key.count, " AND ", [&](int i) {
        return psprintf("%s %s NULL", column_of("a", key.columns[i].own), is);
    });
}

/// That a row p has what is referred to of a row l.
const char* has_same_key(const ForeignKey& key)
{
    return joined(key.count, " AND ", [&](int i) {
        const ReferenceColumn& column = key.columns[i];
        return psprintf("%s %s %s", column_of("p", column.referenced), column.same,
                        column_of("l", column.referenced));
    });
}

/// "AND …": that no row arrives in a table for which a condition over p holds.
void append_none_arrives(StringInfo sql, const FinalState* state, Oid table, const char* condition)
{
    for (const auto* place : items<Place>(state->places)) {
        if (place->arriving_count > 0 && is_part_of(RelationGetRelid(place->relation), table))
            appendStringInfo(sql, " AND NOT EXISTS (SELECT FROM %s p WHERE %s)",
                             arriving_name(place), condition);
    }
}

/// "AND …": that rows are not of updates that leave the reference as it is.
void append_writes_reference(StringInfo sql, const FinalState* state, const ForeignKey& key)
{
    int index = 0;
    for (const auto* set : items<RowSet>(state->application->sets)) {
        bool writes = set->operation != RowOperation::kUpdate;
        for (int i = 0; i < key.count; i++)
            writes |= set_column(set, key.columns[i].own) >= 0;
        if (!writes)
            appendStringInfo(sql, " AND a.%s <> %d", kSetName, index);
        index++;
    }
}

void check_reference(FinalState* state, const Place* place, const ForeignKey& key)
{
    const char* refers = refers_to_row(key, "a", "p");
    const char* given = are_null(key, "IS NOT");
    const char* row =
        psprintf("SELECT a.%s AS s, a.%s AS n, %s FROM %s a WHERE", kSetName, kNumberName,
                 values_of(key, &ReferenceColumn::own, "a"), arriving_name(place));
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(&sql, "%s %s AND NOT EXISTS (SELECT FROM %s p WHERE %s", row, given,
                     rows_of(key.referenced), refers);
    append_stays(&sql, state, key.referenced, "p");
    appendStringInfoChar(&sql, ')');
    append_none_arrives(&sql, state, key.referenced, refers);
    append_writes_reference(&sql, state, key);
    note_rows(
        state, key.referenced, sql.data,
        {IssueKind::kParentMissing, key.id,
         psprintf("foreign key \"%s\": Key (%s)=", key.name, names_of(key, &ReferenceColumn::own)),
         psprintf(" is not present in table \"%s\".", get_rel_name(key.referenced))});
    if (!key.full)
        return;
    resetStringInfo(&sql);
    appendStringInfo(&sql, "%s NOT (%s) AND NOT (%s)", row, given, are_null(key, "IS"));
    append_writes_reference(&sql, state, key);
    note_rows(state, key.referenced, sql.data,
              {IssueKind::kParentMissing, InvalidOid,
               psprintf("foreign key \"%s\": MATCH FULL does not allow mixing of null and nonnull "
                        "key values: ",
                        key.name),
               "."});
}

void check_referring(FinalState* state, const Place* place, const ForeignKey& key)
{
    StringInfoData sql;
    initStringInfo(&sql);
    appendStringInfo(
        &sql, "SELECT l.%s AS s, l.%s AS n, %s FROM %s l WHERE EXISTS (SELECT FROM %s a WHERE %s",
        kSetName, kNumberName, values_of(key, &ReferenceColumn::referenced, "l"),
        leaving_name(place), rows_of(key.table), refers_to_row(key, "a", "l"));
    append_stays(&sql, state, key.table, "a");
    appendStringInfoChar(&sql, ')');
    // A row that takes the key over.
    append_none_arrives(&sql, state, key.referenced, has_same_key(key));
    note_rows(state, key.table, sql.data,
              {IssueKind::kReferenced, InvalidOid,
               psprintf("foreign key \"%s\": Key (%s)=", key.name,
                        names_of(key, &ReferenceColumn::referenced)),
               psprintf(" is still referenced from table \"%s\".", get_rel_name(key.table))});
}

}  // namespace

void check_references(FinalState* state, const Place* place)
{
    const List* keys = foreign_keys_of(state->application, RelationGetRelid(place->relation));
    for (const auto* key : items<ForeignKey>(keys))
        if (key->checked)
            check_reference(state, place, *key);
}

void check_referenced(FinalState* state, const Place* place)
{
    const List* keys = foreign_keys_to(state->application, RelationGetRelid(place->relation));
    for (const auto* key : items<ForeignKey>(keys))
        if (key->checked)
            check_referring(state, place, *key);
}

}  // namespace journal
