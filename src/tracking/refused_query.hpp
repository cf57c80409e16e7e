// Triggers, rules and policies that the current command has put on tables of the journal, but for
// the journal's own.
#pragma once

namespace journal {

constexpr const char* kRefusedObjects = R"sql(
SELECT d.object_type, coalesce(g.tgname, w.rulename, p.polname) AS name,
       format('%I.%I', 'journal', c.relname) AS table_name, p.oid IS NOT NULL AS is_policy
FROM pg_event_trigger_ddl_commands() d
LEFT JOIN pg_trigger g ON d.classid = 'pg_trigger'::regclass AND g.oid = d.objid
LEFT JOIN pg_rewrite w ON d.classid = 'pg_rewrite'::regclass AND w.oid = d.objid
LEFT JOIN pg_policy p ON d.classid = 'pg_policy'::regclass AND p.oid = d.objid
JOIN pg_class c ON c.oid = coalesce(g.tgrelid, w.ev_class, p.polrelid)
WHERE c.relnamespace = 'journal'::regnamespace AND NOT d.in_extension
  AND (g.tgfoid = ANY ('{journal.refuse_change(),journal.note_late_write()}'::regprocedure[]))
      IS NOT TRUE
  AND p.polname IS DISTINCT FROM 'account_window')sql";

}  // namespace journal
