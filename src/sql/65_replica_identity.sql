-- Without a key they need an identity: under a FOR ALL TABLES publication an UPDATE (of a label, say) would fail.
ALTER TABLE journal.label REPLICA IDENTITY FULL;
ALTER TABLE journal.rename REPLICA IDENTITY FULL;
ALTER TABLE journal.role_account REPLICA IDENTITY FULL;
ALTER TABLE journal.layout REPLICA IDENTITY FULL;
ALTER TABLE journal.session REPLICA IDENTITY FULL;
ALTER TABLE journal.context REPLICA IDENTITY FULL;
ALTER TABLE journal.incarnation REPLICA IDENTITY FULL;

-- A publication's row filter of an UPDATE or DELETE sees the old row's identity only. The publication's author could say so
-- himself, but a dump leaves out what is said of an extension's table.
ALTER TABLE journal.event_type REPLICA IDENTITY FULL;
ALTER TABLE journal.event_group REPLICA IDENTITY FULL;
ALTER TABLE journal.term REPLICA IDENTITY FULL;
ALTER TABLE journal.plan REPLICA IDENTITY FULL;
