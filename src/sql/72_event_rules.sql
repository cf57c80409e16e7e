-- Event rules in readable form, with the rights of whoever reads them.

CREATE VIEW journal.event_rules WITH (security_invoker = true) AS
SELECT r.number, t.relation, v.code AS event, r.operation,
       journal.column_names(r.relation, r.columns) AS columns,
       r.condition,
       journal.column_names(r.relation, r.details) AS details,
       (journal.column_names(r.relation, ARRAY[r.changed_at]))[1] AS changed_at
FROM journal.event_rule r
    JOIN journal.tracked_relation t ON t.id = r.relation
    JOIN journal.event_type v ON v.id = r.event_type;
COMMENT ON VIEW journal.event_rules IS
    'which event an operation on a tracked relation gives, columns by their present names; a condition as it was written';
