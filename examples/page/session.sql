-- What the page needs to know before it asks for anything: what the person may do, and what the filters offer. The
-- server runs it as that person's role. Locations and employees are those that are there, and those that were deleted.
WITH person AS (
    SELECT a.*, since < 'infinity' AS has_journal, since = '-infinity' AS has_dates
      FROM crm.accounts AS a
      -- '-infinity': any dates; 'infinity': no journal; between them the plan has a window, and no choice of dates.
     CROSS JOIN journal.visible_since(a.id) AS since
     WHERE a.id = current_setting('event_journal.account')),
place AS (
    SELECT 'location' AS type, id::text, name, false AS gone FROM crm.locations WHERE account_id = (SELECT id FROM person)
    UNION ALL
    SELECT 'employee', id::text, name, false FROM crm.employees WHERE account_id = (SELECT id FROM person)
    UNION ALL
    SELECT d.object_type, d.object_id, d.object_label, true
      -- Without the journal it would be an error: so it is asked for only where there is one.
      FROM (SELECT '{location,employee}'::text[] AS types FROM person WHERE has_journal) AS wanted
     CROSS JOIN LATERAL journal.deleted_objects(wanted.types, page_size => 1000) AS d)
SELECT jsonb_build_object(
    'account', name, 'plan', plan_code, 'time_zone', time_zone, 'has_journal', has_journal, 'has_dates', has_dates,
    'may_restore', has_function_privilege('journal.restore(bigint,text,text,jsonb,text,boolean)', 'EXECUTE'),
    'is_support', has_function_privilege('journal.support()', 'EXECUTE'),
    'places', (SELECT coalesce(jsonb_agg(to_jsonb(place) ORDER BY gone, name), '[]') FROM place),
    'events', (SELECT jsonb_agg(to_jsonb(t) ORDER BY t.id) FROM journal.event_types AS t),
    'groups', (SELECT jsonb_agg(to_jsonb(g) ORDER BY g.position, g.code) FROM journal.event_group AS g),
    'terms', (SELECT jsonb_agg(to_jsonb(t)) FROM journal.term AS t))
  FROM person
