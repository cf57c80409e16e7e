-- What is tracked and how. Columns are kept by an identity of ours (see journal.layout), never by name or number.

CREATE SEQUENCE journal.tracked_relation_id_seq AS integer;
CREATE TABLE journal.tracked_relation (
    id                 integer PRIMARY KEY DEFAULT pg_catalog.nextval('journal.tracked_relation_id_seq'),
    relation           regclass UNIQUE,
    relation_name      text NOT NULL,
    capture            text NOT NULL CHECK (capture IN ('events', 'labels', 'none')),
    object_type        text UNIQUE,
    label_column       integer,
    account_column     integer,
    location_column    integer,
    author_column      integer,
    created_at_column  integer,
    document_column    integer,
    link_columns       integer[],
    ignored_columns    integer[] NOT NULL DEFAULT '{}',
    excluded_columns   integer[] NOT NULL DEFAULT '{}',
    masked_columns     integer[] NOT NULL DEFAULT '{}',
    snapshot_on_create boolean NOT NULL DEFAULT true,
    always             boolean NOT NULL DEFAULT false,
    tracked_since      timestamptz NOT NULL DEFAULT now(),
    object_types       text[] NOT NULL DEFAULT '{}',
    restricted_columns integer[] NOT NULL DEFAULT '{}',
    CHECK (object_type IS NOT NULL OR capture <> 'events')
);
ALTER SEQUENCE journal.tracked_relation_id_seq OWNED BY journal.tracked_relation.id;
COMMENT ON TABLE journal.tracked_relation IS
    'relations that the journal knows: tracked ones (capture = events), those of which it keeps names only (labels), '
    'and former ones (none); a row outlives its table';
COMMENT ON COLUMN journal.tracked_relation.relation IS 'the table; NULL once it is dropped';
COMMENT ON COLUMN journal.tracked_relation.relation_name IS 'its qualified name when last seen';
COMMENT ON COLUMN journal.tracked_relation.object_types IS
    'every object type that entries of its rows may have, former ones included';
COMMENT ON COLUMN journal.tracked_relation.link_columns IS 'first columns of the foreign keys shown as links; NULL: those to tracked relations';
COMMENT ON COLUMN journal.tracked_relation.restricted_columns IS
    'columns whose values are kept, and shown to roles with SELECT on them in the table';
