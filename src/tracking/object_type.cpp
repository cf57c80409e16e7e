// See object_type.hpp.
#include "tracking/object_type.hpp"

namespace journal {

namespace {

// The name without what an event's code cannot hold; in its place.
char* as_object_type(char* name)
{
    for (char* c = name; *c != '\0'; c++)
        if (isspace(static_cast<unsigned char>(*c)) || *c == ':' || (*c == '.' && c == name))
            *c = '_';
    return name;
}

}  // namespace

char* default_object_type(Relation relation)
{
    return as_object_type(pstrdup(RelationGetRelationName(relation)));
}

char* full_object_type(Relation relation)
{
    return as_object_type(psprintf("%s.%s", get_namespace_name(RelationGetNamespace(relation)),
                                   RelationGetRelationName(relation)));
}

const char* free_object_type(Query& query, Relation relation, MemoryContext context)
{
    query.run(
        "SELECT type FROM (SELECT 0 AS n, $1 AS type UNION ALL SELECT 1, $2 UNION ALL SELECT n, "
        "$2 || '_' || n FROM generate_series(2, (SELECT count(*) + 2 FROM "
        "journal.tracked_relation)) n) c WHERE NOT EXISTS (SELECT FROM journal.tracked_relation t "
        "WHERE t.object_type = c.type) ORDER BY n LIMIT 1",
        {text_argument(default_object_type(relation)), text_argument(full_object_type(relation))});
    return query.value(0).text(context);
}

}  // namespace journal
