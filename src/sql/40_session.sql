-- Who was connected and what the application said of itself: what entries share.

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
    extra      jsonb,
    on_behalf_of text
);
ALTER SEQUENCE journal.context_id_seq OWNED BY journal.context.id;
CREATE INDEX context_id_idx ON journal.context (id);
COMMENT ON TABLE journal.context IS 'what the application said of itself, once for each distinct context of a transaction';
