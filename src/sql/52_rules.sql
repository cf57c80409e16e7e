-- Saying which event a change gives.

CREATE FUNCTION journal.add_rule(
    relation regclass, event text, operation text, columns name[] DEFAULT NULL, condition text DEFAULT NULL,
    details name[] DEFAULT NULL, changed_at name DEFAULT NULL, employee name DEFAULT NULL)
RETURNS integer
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_add_rule';
COMMENT ON FUNCTION journal.add_rule(regclass, text, text, name[], text, name[], name, name) IS
    'says which event an insert, update or delete of a tracked table gives; returns the rule''s number';

CREATE FUNCTION journal.drop_rule(number integer) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_drop_rule';
COMMENT ON FUNCTION journal.drop_rule(integer) IS 'drops an event rule; what it recorded stays';
