-- One object's entries for plain SQL. It is inlined into the query that calls it, so that what this one asks for besides is
-- part of its plan; it runs as whoever reads.
CREATE FUNCTION journal.entries_of(object_type text, object_id text) RETURNS SETOF journal.entries
LANGUAGE sql STABLE PARALLEL RESTRICTED ROWS 20
BEGIN ATOMIC
    SELECT e.* FROM journal.entries e
    WHERE e.entry_hash
          = ANY (ARRAY[journal.object_hash((SELECT journal.reader_account()), entries_of.object_type, entries_of.object_id),
                       journal.deletion_hash((SELECT journal.reader_account()), entries_of.object_type, entries_of.object_id)])
      AND (e.account = (SELECT journal.reader_account())) IS TRUE
      AND e.object_type = entries_of.object_type AND e.object_id = entries_of.object_id;
END;
COMMENT ON FUNCTION journal.entries_of(text, text) IS
    'the entries of one object in the account that the caller reads, as journal.entries shows them, found by index; in '
    'no order';
