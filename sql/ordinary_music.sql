\i test/regress/fresh.sql
\i test/ordinary/whole.sql
\i test/ordinary/music.sql
-- A record shop, deleted, restored, undone and compared whole.
SELECT whole.keep('all', 'music');

-- All of it in one transaction: undone, the undo undone, then restored from that one's deletions.
BEGIN;
SELECT count(whole.delete(tab, 'true')) FROM unnest('{artist,employee,track,genre,media_type,playlist,customer}'::regclass[]) tab;
COMMIT;
SELECT whole.keep('empty', 'music');
SELECT whole.undo(whole.last());
SELECT whole.differs('all', 'music');
SELECT whole.undo(whole.last());
SELECT whole.differs('empty', 'music');
SELECT whole.restore(whole.deletions(whole.last()));
SELECT whole.differs('all', 'music');

-- One thing after another, each with all that hangs on it, by its own deletion alone.
SELECT whole.restore_one('artist', 'artist_id = 3');
SELECT whole.restore_one('album', 'album_id = 7');
SELECT whole.restore_one('genre', 'genre_id = 2');
SELECT whole.restore_one('playlist', 'playlist_id = 1');
SELECT whole.restore_one('customer', 'customer_id = 12');
SELECT whole.restore_one('invoice', 'invoice_id = 5');
SELECT whole.restore_one('invoice_line', 'invoice_id = 5 AND line = 2');
SELECT whole.restore_one('employee', 'employee_id = 8');

-- A day's work in one transaction, on rows that the shop has and on new ones.
BEGIN;
UPDATE track SET unit_price = unit_price + 1 WHERE genre_id = 1;
UPDATE invoice_line SET quantity = quantity + 1 WHERE line = 2;
UPDATE playlist_track SET playlist_id = 7 - playlist_id WHERE track_id = 12;
UPDATE customer SET email = upper(email), support_rep_id = NULL WHERE customer_id < 5 OR support_rep_id = 8;
UPDATE employee SET reports_to = 3 WHERE reports_to = 1;
UPDATE employee SET employee_id = 20 WHERE employee_id = 8;
DELETE FROM album WHERE album_id IN (20, 21);
INSERT INTO artist (name) VALUES ('New');
INSERT INTO album (title, artist_id) SELECT 'Newer', max(artist_id) FROM artist;
INSERT INTO invoice VALUES (100, 3, '2026-03-01', 'Country 9'), (101, 4, '2026-03-02', NULL);
INSERT INTO invoice_line VALUES (100, 1, 12, 2.5, 2), (101, 1, 13, 1, 1);
DELETE FROM invoice WHERE invoice_id IN (7, 101);
COMMIT;
SELECT whole.keep('worked', 'music');
SELECT whole.undo(whole.last());
SELECT whole.differs('all', 'music');
SELECT whole.undo(whole.last());
SELECT whole.differs('worked', 'music');
