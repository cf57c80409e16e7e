-- Tables as people have them, with triggers, rules, policies and keys of every ordinary kind, all in schema ordinary, and
-- tracked. A regression test that uses them begins with:
--
--   \i test/regress/fresh.sql
--   \i test/regress/compare.sql
--   \i test/regress/undo.sql
--   \i test/ordinary/schema.sql
--   \i test/ordinary/tell.sql
--
-- citext is no part of a server built alone: email_address stands for it.
\set ECHO none
SET client_min_messages = warning;
CREATE SCHEMA ordinary;
SET search_path = ordinary;

-- A row that says when it was written last, and how often.
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.updated_at := clock_timestamp();
    RETURN NEW;
END $$;
CREATE FUNCTION count_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.lock_version := OLD.lock_version + 1;
    RETURN NEW;
END $$;
CREATE TABLE note (id int PRIMARY KEY, text text, updated_at timestamptz NOT NULL DEFAULT now());
CREATE TRIGGER touch BEFORE INSERT OR UPDATE ON note FOR EACH ROW EXECUTE FUNCTION touch();
CREATE TABLE document (id int PRIMARY KEY, title text, lock_version int NOT NULL DEFAULT 0);
CREATE TRIGGER count_version BEFORE UPDATE ON document FOR EACH ROW EXECUTE FUNCTION count_version();

-- Totals over two levels, a counter beside them, and a name that is held twice.
CREATE TABLE buyer (id int PRIMARY KEY, name text, total numeric NOT NULL DEFAULT 0, orders int NOT NULL DEFAULT 0);
CREATE TABLE purchase (
    id int PRIMARY KEY, buyer int NOT NULL REFERENCES buyer, buyer_name text, total numeric NOT NULL DEFAULT 0
);
CREATE TABLE purchase_line (id int PRIMARY KEY, purchase int NOT NULL REFERENCES purchase ON DELETE CASCADE, amount numeric);
CREATE FUNCTION add_to_purchase() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN UPDATE purchase SET total = total - OLD.amount WHERE id = OLD.purchase; END IF;
    IF TG_OP <> 'DELETE' THEN UPDATE purchase SET total = total + NEW.amount WHERE id = NEW.purchase; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER add_up AFTER INSERT OR UPDATE OR DELETE ON purchase_line FOR EACH ROW EXECUTE FUNCTION add_to_purchase();
CREATE FUNCTION add_to_buyer() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN UPDATE buyer SET total = total - OLD.total WHERE id = OLD.buyer; END IF;
    IF TG_OP <> 'DELETE' THEN UPDATE buyer SET total = total + NEW.total WHERE id = NEW.buyer; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER add_up AFTER INSERT OR UPDATE OR DELETE ON purchase FOR EACH ROW EXECUTE FUNCTION add_to_buyer();
CREATE FUNCTION count_orders() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN UPDATE buyer SET orders = orders + 1 WHERE id = NEW.buyer; END IF;
    IF TG_OP = 'DELETE' THEN UPDATE buyer SET orders = orders - 1 WHERE id = OLD.buyer; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER count_orders AFTER INSERT OR DELETE ON purchase FOR EACH ROW EXECUTE FUNCTION count_orders();
CREATE FUNCTION spread_name() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE purchase SET buyer_name = NEW.name WHERE buyer = NEW.id;
    RETURN NULL;
END $$;
CREATE TRIGGER spread_name AFTER UPDATE OF name ON buyer FOR EACH ROW EXECUTE FUNCTION spread_name();

-- A total that is computed anew whenever its row is written.
CREATE TABLE basket (id int PRIMARY KEY, total numeric NOT NULL DEFAULT 0, note text);
CREATE TABLE basket_line (id int PRIMARY KEY, basket int NOT NULL REFERENCES basket ON DELETE CASCADE, amount numeric);
CREATE FUNCTION compute_total() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.total := (SELECT coalesce(sum(amount), 0) FROM basket_line WHERE basket = NEW.id);
    RETURN NEW;
END $$;
CREATE TRIGGER compute_total BEFORE INSERT OR UPDATE ON basket FOR EACH ROW EXECUTE FUNCTION compute_total();

-- A ledger whose stock may not become negative.
CREATE TABLE stock (id int PRIMARY KEY, q int NOT NULL DEFAULT 0 CHECK (q >= 0));
CREATE TABLE stock_move (id int PRIMARY KEY, stock int NOT NULL REFERENCES stock, q int NOT NULL);
CREATE FUNCTION move_stock() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP <> 'INSERT' THEN UPDATE stock SET q = q - OLD.q WHERE id = OLD.stock; END IF;
    IF TG_OP <> 'DELETE' THEN UPDATE stock SET q = q + NEW.q WHERE id = NEW.stock; END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER move_stock AFTER INSERT OR UPDATE OR DELETE ON stock_move FOR EACH ROW EXECUTE FUNCTION move_stock();

-- Copies of changes, an archive of what was deleted, a child that is made by itself.
CREATE TABLE price (id int PRIMARY KEY, amount numeric);
CREATE TABLE price_audit (id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, price int, op text, amount numeric);
CREATE FUNCTION copy_price() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO price_audit (price, op, amount) SELECT coalesce(NEW.id, OLD.id), TG_OP, coalesce(NEW.amount, OLD.amount);
    RETURN NULL;
END $$;
CREATE TRIGGER copy_price AFTER INSERT OR UPDATE OR DELETE ON price FOR EACH ROW EXECUTE FUNCTION copy_price();
CREATE TABLE letter (id int PRIMARY KEY, text text);
CREATE TABLE letter_archive (id int PRIMARY KEY, text text);
CREATE FUNCTION archive_letter() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO letter_archive VALUES (OLD.id, OLD.text);
    RETURN OLD;
END $$;
CREATE TRIGGER archive_letter BEFORE DELETE ON letter FOR EACH ROW EXECUTE FUNCTION archive_letter();
CREATE TABLE account (id int PRIMARY KEY, name text);
CREATE TABLE account_option (account int REFERENCES account ON DELETE CASCADE, name text, value text, PRIMARY KEY (account, name));
CREATE FUNCTION make_option() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO account_option VALUES (NEW.id, 'language', 'en');
    RETURN NULL;
END $$;
CREATE TRIGGER make_option AFTER INSERT ON account FOR EACH ROW EXECUTE FUNCTION make_option();

-- Deletions that are refused, passed over, or turned into something else.
CREATE TABLE invoice (id int PRIMARY KEY, paid boolean NOT NULL, gone boolean NOT NULL DEFAULT false);
CREATE FUNCTION keep_paid() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF OLD.paid THEN RAISE EXCEPTION 'invoice % is paid', OLD.id; END IF;
    RETURN OLD;
END $$;
CREATE TRIGGER keep_paid BEFORE DELETE ON invoice FOR EACH ROW EXECUTE FUNCTION keep_paid();
CREATE TABLE currency (id text PRIMARY KEY, rate numeric);
CREATE FUNCTION keep_row() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NULL; END';
CREATE TRIGGER keep_row BEFORE DELETE ON currency FOR EACH ROW EXECUTE FUNCTION keep_row();
CREATE TABLE folder (id int PRIMARY KEY, parent int REFERENCES folder, gone boolean NOT NULL DEFAULT false);
CREATE FUNCTION spread_gone() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE folder SET gone = NEW.gone WHERE parent = NEW.id AND gone <> NEW.gone;
    RETURN NULL;
END $$;
CREATE TRIGGER spread_gone AFTER UPDATE OF gone ON folder FOR EACH ROW EXECUTE FUNCTION spread_gone();
CREATE TABLE ruled (id int PRIMARY KEY, gone boolean NOT NULL DEFAULT false);
CREATE RULE soft_delete AS ON DELETE TO ruled DO INSTEAD UPDATE ruled SET gone = true WHERE id = OLD.id;
CREATE TABLE locked (id int PRIMARY KEY, closed boolean NOT NULL DEFAULT false, text text);
CREATE RULE keep_closed AS ON UPDATE TO locked WHERE OLD.closed DO INSTEAD NOTHING;

-- Generated columns, a unique expression, parts whose sum is checked at the commit.
CREATE TABLE article (
    id int GENERATED ALWAYS AS IDENTITY PRIMARY KEY, title text, body text,
    size int GENERATED ALWAYS AS (length(body)) STORED, words tsvector
);
CREATE TRIGGER fill_words BEFORE INSERT OR UPDATE ON article FOR EACH ROW
    EXECUTE FUNCTION tsvector_update_trigger(words, 'pg_catalog.simple', title, body);
CREATE TABLE login (id serial PRIMARY KEY, email text);
CREATE UNIQUE INDEX login_email ON login (lower(email));
CREATE TABLE share (id int PRIMARY KEY, deal int NOT NULL, percent numeric NOT NULL);
CREATE FUNCTION check_sum() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    sum numeric := (SELECT sum(percent) FROM share WHERE deal = coalesce(NEW.deal, OLD.deal));
BEGIN
    IF sum <> 100 THEN RAISE EXCEPTION 'the shares of deal % make %', coalesce(NEW.deal, OLD.deal), sum; END IF;
    RETURN NULL;
END $$;
CREATE CONSTRAINT TRIGGER check_sum AFTER INSERT OR UPDATE OR DELETE ON share DEFERRABLE INITIALLY DEFERRED
    FOR EACH ROW EXECUTE FUNCTION check_sum();

-- Policies, partitions with keys of their own, tables without a key, links, parents of several types.
CREATE TABLE secret_note (id int PRIMARY KEY, owner name NOT NULL DEFAULT current_user, text text);
ALTER TABLE secret_note ENABLE ROW LEVEL SECURITY;
CREATE POLICY own ON secret_note USING (owner = current_user);
CREATE TABLE payer (id int PRIMARY KEY, name text);
CREATE TABLE payment (id int, day date, payer int, PRIMARY KEY (id, day)) PARTITION BY RANGE (day);
CREATE TABLE payment_2024 PARTITION OF payment FOR VALUES FROM ('2024-01-01') TO ('2025-01-01');
CREATE TABLE payment_2025 PARTITION OF payment FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
ALTER TABLE payment_2024 ADD FOREIGN KEY (payer) REFERENCES payer;
ALTER TABLE payment_2025 ADD FOREIGN KEY (payer) REFERENCES payer;
CREATE TABLE line_of_log (at int, text text);
CREATE TABLE student (id int PRIMARY KEY, name text);
CREATE TABLE course (code numeric(6, 2) PRIMARY KEY, name text);
CREATE TABLE attends (
    student int REFERENCES student ON DELETE CASCADE, course numeric(6, 2) REFERENCES course ON DELETE CASCADE,
    mark int, PRIMARY KEY (student, course)
);
CREATE TABLE remark (id int PRIMARY KEY, parent_type text NOT NULL, parent_id int NOT NULL, text text);

-- Names, and keys of several types.
CREATE TABLE "Order ""Form""" ("Order No" int PRIMARY KEY, "my note" text, "select" text);
CREATE TABLE "Заказ" ("номер" int PRIMARY KEY, "Сумма, руб." numeric);
CREATE TABLE employee (id int PRIMARY KEY, name text);
CREATE TABLE sale (id int PRIMARY KEY, employee int REFERENCES employee, total numeric);
CREATE TABLE "user" (id int PRIMARY KEY, name text, password text NOT NULL);
CREATE DOMAIN email_address AS text CHECK (value = lower(value));
CREATE TABLE subscriber (email email_address PRIMARY KEY, name text);
CREATE TABLE rate (code text, amount numeric, day date, value numeric, PRIMARY KEY (code, amount, day));

SELECT journal.track_schema('ordinary') \g /dev/null
SELECT journal.track('"user"', excluded => '{password}') \g /dev/null

-- Nobody tracks these.
CREATE TABLE reader (id int PRIMARY KEY, student int REFERENCES student ON DELETE CASCADE);

INSERT INTO note VALUES (1, 'one'), (2, 'two');
INSERT INTO document VALUES (1, 'one');
INSERT INTO buyer VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO purchase (id, buyer, buyer_name) VALUES (1, 1, 'Ann'), (2, 1, 'Ann'), (3, 2, 'Bob');
INSERT INTO purchase_line VALUES (1, 1, 60), (2, 1, 40), (3, 2, 80);
INSERT INTO basket VALUES (1, 0, 'a'), (2, 0, 'b');
INSERT INTO basket_line VALUES (1, 1, 5), (2, 1, 7);
UPDATE basket SET note = 'filled' WHERE id = 1;
INSERT INTO stock VALUES (1);
INSERT INTO stock_move VALUES (1, 1, 10), (2, 1, -4);
INSERT INTO price VALUES (1, 9.90);
INSERT INTO letter VALUES (1, 'Dear'), (2, 'Sir');
INSERT INTO account VALUES (1, 'first');
UPDATE account_option SET value = 'de';
INSERT INTO invoice VALUES (1, false), (2, true);
INSERT INTO currency VALUES ('EUR', 1);
INSERT INTO folder VALUES (1, NULL), (2, 1), (3, 2);
INSERT INTO ruled VALUES (1);
INSERT INTO locked VALUES (1, false, 'open');
INSERT INTO article (title, body) VALUES ('Hello', 'world');
INSERT INTO login (email) VALUES ('Ann@x'), ('Bob@x');
INSERT INTO share VALUES (1, 1, 60), (2, 1, 40);
INSERT INTO secret_note (id, text) VALUES (1, 'mine');
INSERT INTO payer VALUES (1, 'Ann');
INSERT INTO payment VALUES (1, '2024-05-05', 1), (2, '2025-05-05', 1);
INSERT INTO line_of_log VALUES (1, 'started');
INSERT INTO student VALUES (1, 'Ann'), (2, 'Bob');
INSERT INTO course VALUES (1.50, 'Greek'), (2.00, 'Latin');
INSERT INTO attends VALUES (1, 1.50, 3), (1, 2.00, 4), (2, 1.5, 5);
INSERT INTO remark VALUES (1, 'student', 2, 'late');
INSERT INTO reader VALUES (1, 1);
INSERT INTO "Order ""Form""" VALUES (1, 'a', 'b');
INSERT INTO "Заказ" VALUES (1, 10);
INSERT INTO employee VALUES (1, 'Eve');
INSERT INTO sale VALUES (1, 1, 5);
INSERT INTO "user" VALUES (1, 'root', 'secret');
INSERT INTO subscriber VALUES ('ann@x', 'Ann');
INSERT INTO rate VALUES ('EUR', 1.0, '2024-01-01', 2), ('EUR', 1.5, '2024-01-01', 3);
RESET client_min_messages;
\set ECHO all
