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
    object_types       text[],
    CHECK (object_type IS NOT NULL OR capture <> 'events')
);
ALTER SEQUENCE journal.tracked_relation_id_seq OWNED BY journal.tracked_relation.id;
COMMENT ON TABLE journal.tracked_relation IS
    'relations that the journal knows: tracked ones (capture = events), those of which it keeps names only (labels), '
    'and former ones (none); a row outlives its table';
COMMENT ON COLUMN journal.tracked_relation.relation IS 'the table; NULL once it is dropped';
COMMENT ON COLUMN journal.tracked_relation.relation_name IS 'its qualified name when last seen';
COMMENT ON COLUMN journal.tracked_relation.object_types IS
    'every object type that entries of its rows may have, former ones included; NULL: not known, as in a dump of 1.0';
COMMENT ON COLUMN journal.tracked_relation.link_columns IS 'first columns of the foreign keys shown as links; NULL: those to tracked relations';

CREATE SEQUENCE journal.event_rule_number_seq AS integer;
CREATE TABLE journal.event_rule (
    number            integer PRIMARY KEY DEFAULT pg_catalog.nextval('journal.event_rule_number_seq'),
    relation          integer NOT NULL,
    event_type        integer NOT NULL,
    operation         text NOT NULL CHECK (operation IN ('insert', 'update', 'delete')),
    columns           integer[],
    condition         text,
    condition_columns integer[],
    search_path       text,
    details           integer[],
    changed_at        integer
);
ALTER SEQUENCE journal.event_rule_number_seq OWNED BY journal.event_rule.number;
CREATE INDEX event_rule_relation_idx ON journal.event_rule (relation);
COMMENT ON TABLE journal.event_rule IS 'which event an operation on a tracked relation gives';
COMMENT ON COLUMN journal.event_rule.condition_columns IS
    'identities of the columns that the condition names, in the order of their appearance: a rename is followed';
COMMENT ON COLUMN journal.event_rule.search_path IS 'the search_path in which the condition was added and is parsed again';

-- One row for each column layout that a tracked table, or a partition or child of it, has had. Never unique-checked:
-- two transactions that meet a new layout at once both write it, and equal rows are equal.
--
-- columns: one object a column, in the order of a snapshot's values:
--   {"id": identity, "number": attnum, "name", "type": name as format_type gives it (qualified), "collation",
--    "mode": "stored" | "excluded" | "masked" | "virtual" | "generated",
--    "ignored": true if so}                                        excluded, masked and virtual: null in snapshots
-- foreign_keys: {"columns": [positions in columns, from 0], "relation": tracked_relation.id of the referenced one,
--    "referenced": [identities of its columns], unless they are those of its key,
--    "name": its qualified name, "type": its object type (or table name), "link": shown as a link?}
--   An entry's links hold one key for each foreign key with "link": true, in this order.
CREATE SEQUENCE journal.layout_id_seq AS integer;
CREATE TABLE journal.layout (
    id            integer NOT NULL DEFAULT pg_catalog.nextval('journal.layout_id_seq'),
    relation      integer NOT NULL,
    relation_oid  oid NOT NULL,
    is_root       boolean NOT NULL,
    incarnation   uuid NOT NULL,
    seen_at       timestamptz NOT NULL DEFAULT clock_timestamp(),
    relation_name text NOT NULL,
    key_columns   integer[] NOT NULL,
    columns       jsonb NOT NULL,
    foreign_keys  jsonb NOT NULL
);
ALTER SEQUENCE journal.layout_id_seq OWNED BY journal.layout.id;
CREATE INDEX layout_id_idx ON journal.layout (id);
CREATE INDEX layout_relation_idx ON journal.layout (relation, id);
COMMENT ON TABLE journal.layout IS
    'every column layout that a tracked table has had; a snapshot''s values follow its layout''s columns';
COMMENT ON COLUMN journal.layout.relation_oid IS
    'the very table: the tracked one, or a partition or child of it; meaningful within the same incarnation';
COMMENT ON COLUMN journal.layout.is_root IS 'the tracked table itself, not a partition or child of it';
COMMENT ON COLUMN journal.layout.key_columns IS 'positions (from 0) of the key''s columns, in key order; {}: no key';
