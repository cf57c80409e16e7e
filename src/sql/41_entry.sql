-- The journal itself.

-- One row is one event. The parent has no index, key or identity: a dump of partitions made later would create them
-- twice. Each month gets its own from journal.equip_partition.
--
-- links, details and data are JSON in a packed form (src/values/packed_writer.hpp), which journal.unpacked reads.
--
-- data: what the change did, positions and values following the entry's layout:
--   operation i, d:  [value, ...]                         one for each of the layout's columns; null where not stored
--   operation u:     [position, ..., old, ..., new, ...]   changed columns that belong to this entry, as many of each
--   back-filled u:   [position, value]                     of one column; the old value is unknown
-- details: of a rule with details columns [[position, ...], [value, ...]], or, in an entry whose data is the row itself,
--   "position position ...": the values stand there; of a logged event (layout NULL) as given to log().
-- links: of a row event [key, ...] (see journal.layout); of a logged event [{"type", "id", "label"}, ...] as given.
-- A value stands for as many ids as the sequence is incremented by: a command's changes take them one after the other.
CREATE SEQUENCE journal.entry_id_seq INCREMENT BY 16;
CREATE TABLE journal.entry (
    id             bigint NOT NULL,
    occurred_at    timestamptz NOT NULL,
    transaction_id xid8 NOT NULL,
    change         bigint NOT NULL,
    session        bigint NOT NULL,
    context        bigint,
    restores       bigint,
    command        integer NOT NULL,
    event_type     integer NOT NULL,
    relation       integer,
    layout         integer,
    operation      "char" NOT NULL,
    reported       boolean NOT NULL,
    backfilled     boolean NOT NULL,
    derived        boolean NOT NULL DEFAULT false,
    account        text NOT NULL,
    location       text,
    employee       text,
    object_type    text,
    object_id      text,
    previous_id    text,
    document_type  text,
    document_id    text,
    label          text,
    links          bytea,
    details        bytea,
    data           bytea,
    recorded_at    timestamptz,
    other_type     text,
    other_id       text
) PARTITION BY RANGE (occurred_at);
COMMENT ON TABLE journal.entry IS 'the journal: one row is one event; append-only; read it decoded in journal.entries';
COMMENT ON COLUMN journal.entry.change IS 'id of the first entry of the same change';
COMMENT ON COLUMN journal.entry.command IS
    'command within the transaction: cmin of the new row version, cmax of a deleted one; orders a row''s changes with id';
COMMENT ON COLUMN journal.entry.operation IS
    'i, u, d: a row was inserted, updated, deleted; l: logged; beside the u of the same change, s: the row counts as deleted from '
    'then on (deleted_when of track), r: it no longer does';
COMMENT ON COLUMN journal.entry.reported IS 'false: no rule of the relation matched, so a report shows it only by its code';
COMMENT ON COLUMN journal.entry.derived IS
    'the row was written while another trigger ran, by it or by what it called; a foreign key''s cascade is not derived';
COMMENT ON COLUMN journal.entry.previous_id IS 'the object''s key before an update of the key, else NULL';
COMMENT ON COLUMN journal.entry.document_id IS 'the object that this one belongs to; NULL: it is its own document';
COMMENT ON COLUMN journal.entry.other_type IS 'type of other_id';
COMMENT ON COLUMN journal.entry.other_id IS
    'another object in whose history it stands: the document that the object left, or the other end of a link table''s row';
COMMENT ON COLUMN journal.entry.restores IS 'the deletion that this entry brought back';

COMMENT ON COLUMN journal.entry.links IS 'packed: what the event refers to, see journal.entries';
COMMENT ON COLUMN journal.entry.details IS 'packed: what a report shows of it, see journal.entries';
COMMENT ON COLUMN journal.entry.recorded_at IS
    'when it was entered, of what had occurred before: an imported or back-filled entry; else NULL';
COMMENT ON COLUMN journal.entry.data IS 'packed: the values that changed, or the row, see journal.entries';

CREATE TABLE journal.entry_default PARTITION OF journal.entry DEFAULT;
COMMENT ON TABLE journal.entry_default IS 'entries of months for which journal.maintain has not yet made a partition';
