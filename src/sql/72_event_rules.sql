-- Event rules in readable form, with the rights of whoever reads them.

CREATE VIEW journal.event_rules WITH (security_invoker = true) AS
SELECT r.number, t.relation, v.code AS event, r.operation,
       journal.column_names(r.relation, r.columns) AS columns,
       r.condition,
       journal.column_names(r.relation, r.details) AS details,
       (journal.column_names(r.relation, ARRAY[r.changed_at]))[1] AS changed_at,
       (journal.column_names(r.relation, ARRAY[r.employee]))[1] AS employee
FROM journal.event_rule r
    JOIN journal.tracked_relation t ON t.id = r.relation
    JOIN journal.event_type v ON v.id = r.event_type;
COMMENT ON VIEW journal.event_rules IS
    'which event an operation on a tracked relation gives, columns by their present names; a condition as it was written';
COMMENT ON COLUMN journal.event_rules.number IS 'what journal.drop_rule takes';
COMMENT ON COLUMN journal.event_rules.relation IS 'the table';
COMMENT ON COLUMN journal.event_rules.event IS 'code of the event type';
COMMENT ON COLUMN journal.event_rules.operation IS 'insert, update or delete';
COMMENT ON COLUMN journal.event_rules.columns IS 'of which one has to change; NULL: any';
COMMENT ON COLUMN journal.event_rules.condition IS 'over old and new, as it was written';
COMMENT ON COLUMN journal.event_rules.details IS 'columns whose values the report shows';
COMMENT ON COLUMN journal.event_rules.changed_at IS 'the column with the time of the change, for the back-fill';
COMMENT ON COLUMN journal.event_rules.employee IS 'the column of who acted, where the context names nobody';
