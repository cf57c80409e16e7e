\i test/regress/fresh.sql
-- The history of objects whose keys change very often: its cost is in proportion to the changes.

CREATE TABLE h (id integer PRIMARY KEY, note text);
SELECT journal.track('h', 'h');
INSERT INTO h VALUES (1, 'first'), (100, 'other');
-- To and fro between two keys; without the way it came each change could be reached over all the others.
DO $$
BEGIN
    FOR i IN 1..1500 LOOP
        UPDATE h SET id = i % 2 + 1 WHERE id < 3;
    END LOOP;
END
$$;
-- And through many keys.
DO $$
BEGIN
    FOR i IN 101..1300 LOOP
        UPDATE h SET id = i WHERE id = i - 1;
    END LOOP;
END
$$;
SET statement_timeout = '60s';
SELECT count(*) FROM journal.history('h', '1', page_size => 10000);
SELECT count(*) FROM journal.history('h', '2', page_size => 10000);
SELECT count(*) FROM journal.history('h', '100', page_size => 10000);
SELECT count(*) FROM journal.history('h', '700', page_size => 10000);
SELECT count(*) FROM journal.history('h', '1300', page_size => 10000);
RESET statement_timeout;

-- Each key counts from when the row took it until it left it, whoever has it before or after.
CREATE FUNCTION told(object_id text) RETURNS TABLE (event text, object_id text, details_text text) LANGUAGE sql AS $$
    SELECT event, object_id, details_text
    FROM journal.history('h', object_id, language => 'en') WITH ORDINALITY ORDER BY ordinality
$$;
INSERT INTO h VALUES (2001, 'a');
UPDATE h SET id = 2002 WHERE id = 2001;
UPDATE h SET id = 2003 WHERE id = 2002;
INSERT INTO h VALUES (2002, 'b');
UPDATE h SET id = 2004 WHERE id = 2002;
DELETE FROM h WHERE id = 2003;
INSERT INTO h VALUES (2003, 'c');
UPDATE h SET id = 2005 WHERE id = 2003;
SELECT * FROM told('2001');
SELECT * FROM told('2004');
SELECT * FROM told('2005');
-- The key asked for is told of whole, with every row that had it.
SELECT * FROM told('2002');
