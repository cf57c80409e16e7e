-- Without a key they need an identity: under a FOR ALL TABLES publication an UPDATE (of a label, say) would fail.
ALTER TABLE journal.label REPLICA IDENTITY FULL;
ALTER TABLE journal.role_account REPLICA IDENTITY FULL;
ALTER TABLE journal.layout REPLICA IDENTITY FULL;
ALTER TABLE journal.session REPLICA IDENTITY FULL;
ALTER TABLE journal.context REPLICA IDENTITY FULL;
ALTER TABLE journal.incarnation REPLICA IDENTITY FULL;
