-- Event types: adding them, and showing them with their titles.

CREATE FUNCTION journal.add_event_type(code text, event_group text, kind text, object_type text, titles jsonb,
                                       restore text DEFAULT NULL) RETURNS void
LANGUAGE C VOLATILE PARALLEL UNSAFE AS 'MODULE_PATHNAME', 'journal_add_event_type';
COMMENT ON FUNCTION journal.add_event_type(text, text, text, text, jsonb, text) IS
    'adds an event type, or changes one of yours; kind: created, deleted, changed or other; restore: journal, support or '
    'NULL (nobody)';

CREATE VIEW journal.event_types AS
SELECT e.code, e.event_group, e.kind, e.object_type, e.restore, e.is_core,
       coalesce(ru.title, e.titles ->> 'ru') AS title_ru,
       coalesce(en.title, e.titles ->> 'en') AS title_en,
       e.id
FROM journal.event_type e
LEFT JOIN journal.event_title ru ON ru.code = e.code AND ru.language = 'ru'
LEFT JOIN journal.event_title en ON en.code = e.code AND en.language = 'en'
ORDER BY e.id;
COMMENT ON VIEW journal.event_types IS 'event types with their titles: the 69 of the catalogue (is_core) and those added';
COMMENT ON COLUMN journal.event_types.code IS 'what rules, filters and journal.log call it';
COMMENT ON COLUMN journal.event_types.event_group IS 'its group';
COMMENT ON COLUMN journal.event_types.kind IS 'created, changed, deleted or other';
COMMENT ON COLUMN journal.event_types.object_type IS 'type of the objects that it happens to';
COMMENT ON COLUMN journal.event_types.restore IS
    'who may restore such a deletion: journal (whoever may restore), support, or NULL (nobody)';
COMMENT ON COLUMN journal.event_types.is_core IS 'it was shipped';
COMMENT ON COLUMN journal.event_types.title_ru IS 'Russian title';
COMMENT ON COLUMN journal.event_types.title_en IS 'English title';
COMMENT ON COLUMN journal.event_types.id IS 'its number in entries';
