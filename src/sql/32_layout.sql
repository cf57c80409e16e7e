-- The column layouts that tracked tables have had.

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
