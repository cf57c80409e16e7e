-- Whoever changes what is tracked, or how, has every backend rebuild its plans.
CREATE FUNCTION journal.invalidate_plan() RETURNS trigger
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_invalidate_plan';
COMMENT ON FUNCTION journal.invalidate_plan() IS
    'trigger function that has every session read anew how the relation of a changed row is tracked';

CREATE TRIGGER invalidate_plan AFTER INSERT OR UPDATE OR DELETE ON journal.tracked_relation
    FOR EACH ROW EXECUTE FUNCTION journal.invalidate_plan();
ALTER TABLE journal.tracked_relation ENABLE ALWAYS TRIGGER invalidate_plan;
CREATE TRIGGER invalidate_plan AFTER INSERT OR UPDATE OR DELETE ON journal.event_rule
    FOR EACH ROW EXECUTE FUNCTION journal.invalidate_plan();
ALTER TABLE journal.event_rule ENABLE ALWAYS TRIGGER invalidate_plan;
