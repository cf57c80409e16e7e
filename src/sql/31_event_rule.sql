-- Which event a change of a tracked relation gives. Columns are kept by an identity of ours (see journal.layout).

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
    changed_at        integer,
    employee          integer
);
ALTER SEQUENCE journal.event_rule_number_seq OWNED BY journal.event_rule.number;
CREATE INDEX event_rule_relation_idx ON journal.event_rule (relation);
COMMENT ON TABLE journal.event_rule IS 'which event an operation on a tracked relation gives';
COMMENT ON COLUMN journal.event_rule.condition_columns IS
    'identities of the columns that the condition names, in the order of their appearance: a rename is followed';
COMMENT ON COLUMN journal.event_rule.search_path IS 'the search_path in which the condition was added and is parsed again';
