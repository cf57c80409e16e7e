-- The journal itself.

-- A transaction is (incarnation, xid8). This table is not dumped: a restore into another cluster begins with a new
-- incarnation, while pg_upgrade, which carries the file over together with the transaction ids, keeps it.
CREATE TABLE journal.incarnation (
    id         uuid NOT NULL DEFAULT pg_catalog.gen_random_uuid(),
    started_at timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX incarnation_single ON journal.incarnation ((true));
INSERT INTO journal.incarnation DEFAULT VALUES;
COMMENT ON TABLE journal.incarnation IS 'the present life of this journal, within which transaction ids are comparable';

CREATE SEQUENCE journal.session_id_seq;
CREATE TABLE journal.session (
    id               bigint NOT NULL DEFAULT pg_catalog.nextval('journal.session_id_seq'),
    incarnation      uuid NOT NULL,
    started_at       timestamptz NOT NULL,
    process_id       integer NOT NULL,
    client_address   inet,
    session_role     name NOT NULL,
    acting_role      name NOT NULL,
    application_name text NOT NULL
);
ALTER SEQUENCE journal.session_id_seq OWNED BY journal.session.id;
CREATE INDEX session_id_idx ON journal.session (id);
COMMENT ON TABLE journal.session IS
    'who was connected, as the server knows it; only application_name is the client''s word';
COMMENT ON COLUMN journal.session.session_role IS 'SESSION_USER when the entry was written';
COMMENT ON COLUMN journal.session.acting_role IS 'CURRENT_USER when the entry was written';

CREATE SEQUENCE journal.context_id_seq;
CREATE TABLE journal.context (
    id         bigint NOT NULL DEFAULT pg_catalog.nextval('journal.context_id_seq'),
    account    text NOT NULL,
    actor_kind text,
    reason     text,
    extra      jsonb
);
ALTER SEQUENCE journal.context_id_seq OWNED BY journal.context.id;
CREATE INDEX context_id_idx ON journal.context (id);
COMMENT ON TABLE journal.context IS 'what the application said of itself, once for each distinct context of a transaction';

-- One row is one event. The parent has no index, key or identity: a dump of partitions made later would create them
-- twice. Each month gets its own from journal.equip_partition.
--
-- data: what the change did, positions and values following the entry's layout:
--   operation i, d:  [value, ...]                         one for each of the layout's columns; null where not stored
--   operation u:     [[position, ...], [old, ...], [new, ...]]    changed columns that belong to this entry
--   back-filled u:   [[position, ...], null, [value, ...]]        the old value is unknown
-- details: of a rule with details columns [[position, ...], [value, ...]], or, in an entry whose data is the row itself,
--   "position position ...": the values stand there; of a logged event (layout NULL) as given to log().
-- links: of a row event [key, ...] (see journal.layout); of a logged event [{"type", "id", "label"}, ...] as given.
CREATE SEQUENCE journal.entry_id_seq;
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
    account        text NOT NULL,
    location       text,
    employee       text,
    object_type    text,
    object_id      text,
    previous_id    text,
    document_type  text,
    document_id    text,
    label          text,
    links          jsonb,
    details        jsonb,
    data           jsonb
) PARTITION BY RANGE (occurred_at);
COMMENT ON TABLE journal.entry IS 'the journal: one row is one event; append-only; read it decoded in journal.entries';
COMMENT ON COLUMN journal.entry.change IS 'id of the first entry of the same change';
COMMENT ON COLUMN journal.entry.command IS
    'command within the transaction: cmin of the new row version, cmax of a deleted one; orders a row''s changes with id';
COMMENT ON COLUMN journal.entry.operation IS 'i, u, d: a row was inserted, updated, deleted; l: logged';
COMMENT ON COLUMN journal.entry.reported IS 'false: no rule of the relation matched, so a report shows it only by its code';
COMMENT ON COLUMN journal.entry.previous_id IS 'the object''s key before an update of the key, else NULL';
COMMENT ON COLUMN journal.entry.document_id IS 'the object that this one belongs to; NULL: it is its own document';
COMMENT ON COLUMN journal.entry.restores IS 'the deletion that this entry brought back';

CREATE TABLE journal.entry_default PARTITION OF journal.entry DEFAULT;
COMMENT ON TABLE journal.entry_default IS 'entries of months for which journal.maintain has not yet made a partition';

-- Names at event time, of relations that are not tracked themselves.
CREATE TABLE journal.label (
    relation   integer NOT NULL,
    key        text NOT NULL,
    label      text,
    valid_from timestamptz NOT NULL,
    valid_to   timestamptz NOT NULL DEFAULT 'infinity'
);
CREATE INDEX label_key_idx ON journal.label (relation, key, valid_from);
COMMENT ON TABLE journal.label IS 'names of referenced rows (statuses, types, …) over time';

CREATE TABLE journal.restoration (
    entry          bigint PRIMARY KEY,
    restored_entry bigint,
    restored_at    timestamptz NOT NULL DEFAULT now(),
    restored_by    name NOT NULL,
    reason         text
);
COMMENT ON TABLE journal.restoration IS 'which deletions have been restored, and by which entry';
