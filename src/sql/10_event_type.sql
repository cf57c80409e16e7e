-- The catalogue: what can happen. The shipped rows are replaceable and not dumped; what a user adds, or says
-- differently, stands in rows of its own, which a dump keeps.

CREATE TABLE journal.event_group (
    code     text PRIMARY KEY,
    position integer NOT NULL DEFAULT 1000,
    is_core  boolean NOT NULL DEFAULT false,
    titles   jsonb NOT NULL DEFAULT '{}'
);
COMMENT ON TABLE journal.event_group IS 'groups of event types, as a report''s filter shows them';

CREATE SEQUENCE journal.event_type_id_seq AS integer START 1001 MAXVALUE 2097151;
CREATE TABLE journal.event_type (
    id          integer PRIMARY KEY DEFAULT pg_catalog.nextval('journal.event_type_id_seq') CHECK (id <= 2097151),
    code        text NOT NULL UNIQUE CHECK (code ~ '^[^\s:.][^\s:]*\.[^\s:.]+$'),
    event_group text NOT NULL,
    kind        text NOT NULL CHECK (kind IN ('created', 'deleted', 'changed', 'other')),
    object_type text NOT NULL,
    restore     text CHECK (restore IN ('journal', 'support')),
    is_core     boolean NOT NULL DEFAULT false,
    titles      jsonb NOT NULL DEFAULT '{}'
);
ALTER SEQUENCE journal.event_type_id_seq OWNED BY journal.event_type.id;
COMMENT ON TABLE journal.event_type IS 'event types: the 69 of the catalogue, and those added by add_event_type and track';
COMMENT ON COLUMN journal.event_type.restore IS
    'who may restore the object that such a deletion removed: journal (any restorer), support, or NULL (nobody)';

CREATE TABLE journal.event_title (
    code     text NOT NULL,
    language text NOT NULL,
    title    text NOT NULL,
    PRIMARY KEY (code, language)
);
COMMENT ON TABLE journal.event_title IS
    'titles of event types and groups in further languages, or in place of the shipped ones';
