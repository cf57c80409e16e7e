\i test/regress/fresh.sql
\i test/regress/compare.sql
\i test/regress/undo.sql
\i test/ordinary/schema.sql
\i test/ordinary/tell.sql
-- Tables whose triggers write: each change is undone, and what was deleted restored.

-- When and how often a row was written.
UPDATE note SET text = 'changed' WHERE id = 1;
SELECT test.back('note');
DELETE FROM note WHERE id = 2;
SELECT test.back('note');
INSERT INTO note VALUES (3, 'three');
SELECT test.back('note');
UPDATE document SET title = 'two';
SELECT test.back('document');

-- Totals over two levels, and a counter.
DELETE FROM purchase_line WHERE id = 2;
SELECT test.back('buyer', 'purchase', 'purchase_line');
UPDATE purchase_line SET amount = 61 WHERE id = 1;
SELECT test.back('buyer', 'purchase', 'purchase_line');
INSERT INTO purchase_line VALUES (4, 3, 7);
SELECT test.back('buyer', 'purchase', 'purchase_line');
DELETE FROM purchase WHERE id = 2;
SELECT test.back('buyer', 'purchase', 'purchase_line');

-- Rows that go beside those that their triggers write to.
BEGIN;
INSERT INTO purchase (id, buyer) VALUES (4, 2);
INSERT INTO purchase_line VALUES (5, 4, 5), (6, 4, 6);
COMMIT;
SELECT test.back('buyer', 'purchase', 'purchase_line');
BEGIN;
UPDATE buyer SET name = 'Rob' WHERE id = 2;
INSERT INTO purchase (id, buyer) VALUES (5, 2);
INSERT INTO purchase_line VALUES (7, 5, 7);
UPDATE purchase_line SET amount = amount + 1 WHERE purchase = 1;
DELETE FROM purchase WHERE id = 2;
COMMIT;
SELECT test.back('buyer', 'purchase', 'purchase_line');

-- A name that is held twice.
UPDATE buyer SET name = 'Rob' WHERE id = 2;
SELECT test.back('buyer', 'purchase');

-- A total that a BEFORE trigger computes.
BEGIN;
DELETE FROM basket_line WHERE id = 2;
UPDATE basket SET note = 'less' WHERE id = 1;
COMMIT;
SELECT test.back('basket', 'basket_line');
DELETE FROM basket WHERE id = 1;
SELECT test.back('basket', 'basket_line');

-- A ledger.
DELETE FROM stock_move WHERE id = 2;
SELECT test.back('stock', 'stock_move');
INSERT INTO stock_move VALUES (3, 1, -5);
SELECT test.back('stock', 'stock_move');

-- Copies, an archive, a child that makes itself.
UPDATE price SET amount = 10;
SELECT test.back('price', 'price_audit');
DELETE FROM price;
SELECT test.back('price', 'price_audit');
DELETE FROM letter WHERE id = 1;
SELECT test.back('letter', 'letter_archive');
INSERT INTO account VALUES (2, 'second');
SELECT test.back('account', 'account_option');
DELETE FROM account WHERE id = 1;
SELECT test.back('account', 'account_option');

-- A flag that goes down a tree.
UPDATE folder SET gone = true WHERE id = 1;
SELECT test.back('folder');

-- A trigger that takes something back, which an undo does not let it do.
CREATE FUNCTION take_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM journal.undo(test.last());
    RETURN NULL;
END $$;
CREATE FUNCTION bring_back() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM journal.restore(0);
    RETURN NULL;
END $$;
CREATE TRIGGER take_back AFTER UPDATE ON folder FOR EACH ROW WHEN (NEW.gone < OLD.gone) EXECUTE FUNCTION take_back();
UPDATE folder SET gone = true WHERE id = 3;
SELECT test.back('folder');
DROP TRIGGER take_back ON folder;
CREATE TRIGGER bring_back AFTER UPDATE ON folder FOR EACH ROW EXECUTE FUNCTION bring_back();
SELECT test.back('folder');
DROP TRIGGER bring_back ON folder;
SELECT test.back('folder');
CREATE TRIGGER take_back AFTER INSERT ON folder FOR EACH ROW EXECUTE FUNCTION take_back();
DELETE FROM folder WHERE id = 3;
SELECT test.back('folder');
DROP TRIGGER take_back ON folder;
SELECT test.back('folder');

-- Words that a trigger computes, a generated column.
UPDATE article SET body = 'moon and stars';
SELECT test.back('article');
DELETE FROM article;
SELECT test.back('article');

-- What others have added to totals since stays, and is no conflict.
DELETE FROM purchase_line WHERE id = 2;
SELECT test.last() AS deleted \gset
INSERT INTO purchase_line VALUES (8, 1, 25);
SELECT object_type, object_id, action, conflict, detail FROM journal.undo_plan(:'deleted');
SELECT test.try(format('journal.undo(%L)', :'deleted'));
SELECT test.rows('{buyer, purchase}');

-- What somebody has written into one is.
DELETE FROM purchase_line WHERE id = 2;
SELECT test.last() AS deleted \gset
UPDATE purchase_line SET amount = 26 WHERE id = 8;
UPDATE purchase SET total = total + 1 WHERE id = 1;
SELECT test.try(format('journal.undo(%L)', :'deleted'));
SELECT test.try(format('journal.undo(%L, NULL, ''skip'')', :'deleted'));
SELECT test.rows('{buyer, purchase}');
UPDATE purchase SET total = total - 1 WHERE id = 1;
UPDATE purchase_line SET amount = 25 WHERE id = 8;

-- The same of a total that the journal ignores: nothing is added twice.
SELECT journal.track('purchase', ignored => '{total}') \g /dev/null
DELETE FROM purchase_line WHERE id = 2;
SELECT test.last() AS deleted \gset
UPDATE purchase SET buyer_name = 'A' WHERE id = 1;
UPDATE purchase SET buyer_name = 'Ann' WHERE id = 1;
SELECT test.try(format('journal.undo(%L)', :'deleted'));
SELECT test.rows('{buyer, purchase}');
BEGIN;
UPDATE purchase SET buyer_name = 'A' WHERE id = 1;
DELETE FROM purchase_line WHERE id = 2;
COMMIT;
SELECT test.last() AS deleted \gset
UPDATE purchase_line SET amount = 50 WHERE id = 8;
SELECT test.try(format('journal.undo(%L)', :'deleted'));
SELECT test.rows('{buyer, purchase}');
BEGIN;
UPDATE purchase SET buyer_name = 'A' WHERE id = 1;
DELETE FROM purchase_line WHERE id = 2;
COMMIT;
SELECT test.back('buyer', 'purchase', 'purchase_line');
SELECT journal.track('purchase', ignored => '{}') \g /dev/null

-- Where a row is left alone, triggers alone see to what they had written.
BEGIN;
DELETE FROM purchase_line WHERE id = 2;
UPDATE purchase_line SET amount = 1 WHERE id = 8;
COMMIT;
SELECT test.last() AS changed \gset
UPDATE purchase_line SET amount = 2 WHERE id = 8;
SELECT test.try(format('journal.undo(%L, NULL, ''skip'')', :'changed'));
SELECT test.rows('{buyer, purchase, purchase_line}');

-- A foreign key's cascade is not derived.
DELETE FROM purchase WHERE id = 1;
SELECT object_type, object_id, operation, derived FROM journal.entry WHERE transaction_id = test.last() ORDER BY 1, 2, id;
SELECT journal.undo(test.last()) \g /dev/null
SELECT object_type, object_id, operation, derived FROM journal.entry WHERE transaction_id = test.last() ORDER BY 1, 2, id;
SELECT test.rows('{buyer, purchase, purchase_line}');

-- A check that triggers keep is made at the end of the call, and one that is deferred, too.
CREATE FUNCTION check_total() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF (SELECT sum(amount) FROM purchase_line WHERE purchase = NEW.id) <> (SELECT total FROM purchase WHERE id = NEW.id) THEN
        RAISE EXCEPTION 'the total of purchase % is wrong', NEW.id;
    END IF;
    RETURN NULL;
END $$;
BEGIN;
UPDATE purchase SET total = 1 WHERE id = 1;
UPDATE purchase_line SET amount = 10 WHERE id = 1;
UPDATE purchase SET total = 52 WHERE id = 1;
COMMIT;
SELECT test.last() AS changed \gset
CREATE CONSTRAINT TRIGGER check_total AFTER UPDATE ON purchase DEFERRABLE INITIALLY IMMEDIATE
    FOR EACH ROW EXECUTE FUNCTION check_total();
SELECT test.try(format('journal.undo(%L)', :'changed'));
SELECT test.rows('{buyer, purchase, purchase_line}');
UPDATE share SET percent = percent + CASE id WHEN 1 THEN 10 ELSE -10 END;
SELECT test.last() AS changed \gset
UPDATE share SET percent = CASE id WHEN 1 THEN 69 ELSE 31 END;
BEGIN;
SELECT test.try(format('journal.undo(%L, on_conflict => ''force'')', :'changed'));
UPDATE share SET percent = percent + 1;
ROLLBACK;
INSERT INTO share VALUES (3, 2, 100);
BEGIN;
INSERT INTO share VALUES (4, 2, 0);
UPDATE share SET percent = 50 WHERE deal = 2;
COMMIT;
SELECT test.last() AS changed \gset
UPDATE share SET percent = CASE id WHEN 3 THEN 40 ELSE 60 END WHERE deal = 2;
SELECT test.try(format('journal.undo(%L, NULL, ''skip'')', :'changed'));
DELETE FROM share WHERE id = 4 OR id = 3;
SELECT test.last() AS changed \gset
INSERT INTO share VALUES (3, 2, 100);
SELECT test.try(format('journal.undo(%L, NULL, ''skip'')', :'changed'));

-- Rows that a trigger refuses: the error names one, and they can be left out.
INSERT INTO invoice SELECT i, i IN (13, 17, 18) FROM generate_series(10, 19) i;
SELECT test.last() AS inserted \gset
SELECT test.try(format('journal.undo(%L)', :'inserted'));
SELECT test.try(format('journal.undo(%L, NULL, ''skip'')', :'inserted'));
SELECT test.rows('{invoice}');
CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% does not come in', NEW.name USING ERRCODE = 'TR001', DETAIL = 'It is Sunday.', HINT = 'Wait.';
END $$;
CREATE TRIGGER refuse AFTER INSERT ON student FOR EACH ROW WHEN (NEW.id = 2) EXECUTE FUNCTION refuse();
DELETE FROM reader;
DELETE FROM student;
SELECT test.last() AS deleted \gset
SELECT array_agg(id ORDER BY id) AS entries FROM journal.entry WHERE transaction_id = :'deleted' \gset
SELECT unnest(test.lines(format('SELECT object_id FROM journal.restore_all(%L)', :'entries')));
BEGIN;
SELECT object_type, object_id, outcome, detail FROM journal.restore_all(:'entries', on_conflict => 'skip') ORDER BY 1, 2;
SELECT count(*) AS claims, count(restored_entry) AS of_rows FROM journal.restoration WHERE entry = ANY (:'entries');
SELECT test.rows('{student, attends}');
ROLLBACK;
SELECT test.try(format('journal.undo(%L)', :'deleted'));
SELECT test.try(format('journal.undo(%L, NULL, ''skip'')', :'deleted'));
SELECT count(*) AS claims, count(restored_entry) AS of_rows FROM journal.restoration WHERE entry = ANY (:'entries');
SELECT test.rows('{student, attends}');
DROP TRIGGER refuse ON student;
SELECT unnest(test.lines(format('SELECT concat_ws('' '', object_type, object_id, outcome) FROM journal.restore_all(%L, on_conflict => ''skip'')', :'entries')));
SELECT test.rows('{student, attends}');

-- A row that a trigger makes gives way to the one that comes back, unless others refer to it.
INSERT INTO account VALUES (3, 'third');
UPDATE account_option SET value = 'fr' WHERE account = 3;
DELETE FROM account WHERE id = 3;
SELECT test.back('account', 'account_option');
CREATE TABLE option_use (id int PRIMARY KEY, account int, name text, FOREIGN KEY (account, name) REFERENCES account_option ON DELETE CASCADE);
CREATE FUNCTION use_option() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO option_use VALUES (NEW.account, NEW.account, NEW.name);
    RETURN NULL;
END $$;
DELETE FROM account WHERE id = 3;
CREATE TRIGGER use_option AFTER INSERT ON account_option FOR EACH ROW EXECUTE FUNCTION use_option();
SELECT test.back('account', 'account_option', 'option_use');
DROP TRIGGER use_option ON account_option;
CREATE FUNCTION keep_option() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep_option BEFORE DELETE ON account_option FOR EACH ROW EXECUTE FUNCTION keep_option();
SELECT test.back('account', 'account_option', 'option_use');
DROP TRIGGER keep_option ON account_option;

-- Rows that triggers made go last: where a trigger keeps one, it stays, and where one has deleted it already, that is all.
CREATE FUNCTION keep_audit() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'audit % stays', OLD.id;
END $$;
CREATE TRIGGER keep_audit BEFORE DELETE ON price_audit FOR EACH ROW WHEN (OLD.price IN (3, 5)) EXECUTE FUNCTION keep_audit();
TRUNCATE price_audit;
INSERT INTO price SELECT i, i FROM generate_series(2, 6) i;
SELECT test.back('price', 'price_audit');
DROP TRIGGER keep_audit ON price_audit;
CREATE TRIGGER keep_row BEFORE DELETE ON price_audit FOR EACH ROW WHEN (OLD.price = 7) EXECUTE FUNCTION keep_row();
INSERT INTO price VALUES (7, 7), (8, 8);
SELECT test.back('price', 'price_audit');
DROP TRIGGER keep_row ON price_audit;
CREATE FUNCTION unarchive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    DELETE FROM letter_archive WHERE id = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER unarchive AFTER INSERT ON letter FOR EACH ROW EXECUTE FUNCTION unarchive();
DELETE FROM letter WHERE id = 2;
SELECT test.back('letter', 'letter_archive');
DROP TRIGGER unarchive ON letter;

-- What triggers have changed of it since is no conflict, and leaves it to them; what somebody has changed is one.
CREATE FUNCTION mark_archive() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE letter_archive SET text = text || '!';
    RETURN NULL;
END $$;
CREATE TRIGGER mark_archive AFTER UPDATE ON note FOR EACH ROW EXECUTE FUNCTION mark_archive();
DELETE FROM letter WHERE id = 2;
SELECT test.last() AS deleted \gset
UPDATE note SET text = 'marks' WHERE id = 1;
SELECT test.try(format('journal.undo(%L)', :'deleted'));
SELECT test.rows('{letter, letter_archive}');
DELETE FROM letter_archive;
DELETE FROM letter WHERE id = 2;
SELECT test.last() AS deleted \gset
UPDATE letter_archive SET text = 'other';
SELECT test.try(format('journal.undo(%L)', :'deleted'));
SELECT test.try(format('journal.undo(%L, NULL, ''skip'')', :'deleted'));
SELECT test.rows('{letter, letter_archive}');
