-- What the index for searches is made of, which closed months have if event_journal.search_index says so.

-- As of 46_object_hash.sql: the index holds its values, and whoever writes into such a month evaluates it, by any role.
CREATE FUNCTION journal.search_words(label text, object_id text, details bytea, data bytea, operation "char") RETURNS tsvector
LANGUAGE C IMMUTABLE PARALLEL SAFE AS 'MODULE_PATHNAME', 'journal_search_words';
COMMENT ON FUNCTION journal.search_words(text, text, bytea, bytea, "char") IS
    'the words of an entry that a search may find, and * where they are too many';
