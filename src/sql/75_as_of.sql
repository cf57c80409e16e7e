-- Rows and tables as they were.

-- A moment is one of four things, of which exactly one is given: a time, a mark, or the beginning or end of a transaction.
CREATE FUNCTION journal.table_as_of(row_type anyelement, moment timestamptz DEFAULT NULL, mark text DEFAULT NULL,
                                    before_transaction xid8 DEFAULT NULL, after_transaction xid8 DEFAULT NULL,
                                    key text DEFAULT NULL)
RETURNS SETOF anyelement
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 ROWS 1000 AS 'MODULE_PATHNAME', 'journal_table_as_of';
COMMENT ON FUNCTION journal.table_as_of(anyelement, timestamptz, text, xid8, xid8, text) IS
    'the rows of a tracked table, given as NULL::table, as they were at a moment; with a key, that row alone';

CREATE FUNCTION journal.row_as_of(relation regclass, key text, moment timestamptz DEFAULT NULL, mark text DEFAULT NULL,
                                  before_transaction xid8 DEFAULT NULL, after_transaction xid8 DEFAULT NULL)
RETURNS jsonb
LANGUAGE C STABLE PARALLEL UNSAFE COST 10000 AS 'MODULE_PATHNAME', 'journal_row_as_of';
COMMENT ON FUNCTION journal.row_as_of(regclass, text, timestamptz, text, xid8, xid8) IS
    'one row of a tracked table, by its object key, as it was at a moment; NULL: it was not there';
