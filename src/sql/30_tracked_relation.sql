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
    employee_column    integer,
    require_employee   boolean NOT NULL DEFAULT false,
    operations         text[] CHECK (operations <@ '{insert,update,delete}'),
    condition          text,
    condition_columns  integer[],
    deleted_when       text,
    deleted_when_columns integer[],
    search_path        text,
    personal_columns   integer[] NOT NULL DEFAULT '{}',
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
COMMENT ON COLUMN journal.tracked_relation.employee_column IS 'the column of who acted, where the context names nobody';
COMMENT ON COLUMN journal.tracked_relation.operations IS 'which operations are recorded; NULL: all';
COMMENT ON COLUMN journal.tracked_relation.condition IS 'which changes are recorded; NULL: all';
COMMENT ON COLUMN journal.tracked_relation.condition_columns IS
    'identities of the columns that the condition names, in the order of their appearance: a rename is followed';
COMMENT ON COLUMN journal.tracked_relation.deleted_when IS 'a row for which this holds counts as deleted';
COMMENT ON COLUMN journal.tracked_relation.deleted_when_columns IS 'identities of the columns that deleted_when names, in the order of their appearance';
COMMENT ON COLUMN journal.tracked_relation.search_path IS
    'the search_path in which condition and deleted_when were stated and are parsed again';
COMMENT ON COLUMN journal.tracked_relation.personal_columns IS 'columns that hold data of persons';
