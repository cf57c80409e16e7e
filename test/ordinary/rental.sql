-- A film rental: stores and their staff refer to each other, payments are partitioned by month with their keys on the partitions
-- only, films have a full-text column that a trigger keeps, enums, domains, arrays, and are withdrawn by a rule instead of deleted.
-- All belongs to a role of its own, regress_rental, as which the script goes on.
\set ECHO none
SET client_min_messages = warning;
DROP ROLE IF EXISTS regress_rental;
CREATE ROLE regress_rental;
GRANT USAGE ON SCHEMA whole TO regress_rental;
GRANT INSERT, SELECT, DELETE ON whole.kept TO regress_rental;
SELECT journal.grant_access(level, 'regress_rental') FROM unnest('{administrator,restorer}'::text[]) level;
CREATE SCHEMA rental AUTHORIZATION regress_rental;
SET SESSION AUTHORIZATION regress_rental;
SET search_path = rental;
CREATE FUNCTION last_updated() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.last_update := clock_timestamp();
    RETURN NEW;
END $$;
CREATE TYPE mpaa_rating AS ENUM ('G', 'PG', 'PG-13', 'R', 'NC-17');
CREATE DOMAIN year AS integer CHECK (VALUE BETWEEN 1901 AND 2155);
CREATE TABLE country (country_id serial PRIMARY KEY, country text NOT NULL, last_update timestamptz NOT NULL DEFAULT now());
CREATE TABLE city (city_id serial PRIMARY KEY, city text NOT NULL, country_id int NOT NULL REFERENCES country, last_update timestamptz NOT NULL DEFAULT now());
CREATE TABLE address (
    address_id serial PRIMARY KEY, address text NOT NULL, city_id int NOT NULL REFERENCES city, phone text NOT NULL,
    last_update timestamptz NOT NULL DEFAULT now());
CREATE TABLE actor (actor_id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, last_update timestamptz NOT NULL DEFAULT now());
CREATE TABLE category (category_id serial PRIMARY KEY, name text NOT NULL, last_update timestamptz NOT NULL DEFAULT now());
CREATE TABLE film (
    film_id serial PRIMARY KEY, title text NOT NULL, description text, release_year year, original_of int REFERENCES film,
    rental_rate numeric(4, 2) NOT NULL DEFAULT 4.99, length smallint, rating mpaa_rating DEFAULT 'G', special_features text[],
    withdrawn boolean NOT NULL DEFAULT false, fulltext tsvector NOT NULL, last_update timestamptz NOT NULL DEFAULT now());
CREATE TRIGGER film_fulltext BEFORE INSERT OR UPDATE ON film FOR EACH ROW
    EXECUTE FUNCTION tsvector_update_trigger(fulltext, 'pg_catalog.english', title, description);
CREATE TABLE film_actor (
    actor_id int REFERENCES actor, film_id int REFERENCES film, last_update timestamptz NOT NULL DEFAULT now(), PRIMARY KEY (actor_id, film_id));
CREATE TABLE film_category (
    film_id int REFERENCES film, category_id int REFERENCES category, last_update timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (film_id, category_id));
CREATE TABLE store (store_id serial PRIMARY KEY, manager_staff_id int NOT NULL UNIQUE, address_id int NOT NULL REFERENCES address, last_update timestamptz NOT NULL DEFAULT now());
CREATE TABLE staff (
    staff_id serial PRIMARY KEY, first_name text NOT NULL, last_name text NOT NULL, address_id int NOT NULL REFERENCES address, email text,
    store_id int NOT NULL REFERENCES store, active boolean NOT NULL DEFAULT true, picture bytea, last_update timestamptz NOT NULL DEFAULT now());
ALTER TABLE store ADD FOREIGN KEY (manager_staff_id) REFERENCES staff DEFERRABLE INITIALLY DEFERRED;
CREATE TABLE customer (
    customer_id serial PRIMARY KEY, store_id int NOT NULL REFERENCES store, first_name text NOT NULL, last_name text NOT NULL, email text,
    address_id int NOT NULL REFERENCES address, create_date date NOT NULL DEFAULT current_date, last_update timestamptz NOT NULL DEFAULT now());
CREATE TABLE inventory (inventory_id serial PRIMARY KEY, film_id int NOT NULL REFERENCES film, store_id int NOT NULL REFERENCES store, last_update timestamptz NOT NULL DEFAULT now());
CREATE TABLE rental (
    rental_id serial PRIMARY KEY, rental_period tstzrange NOT NULL, inventory_id int NOT NULL REFERENCES inventory,
    customer_id int NOT NULL REFERENCES customer, staff_id int NOT NULL REFERENCES staff, last_update timestamptz NOT NULL DEFAULT now(),
    EXCLUDE USING gist (int4range(inventory_id, inventory_id, '[]') WITH =, rental_period WITH &&));
CREATE TABLE payment (
    payment_id bigint GENERATED ALWAYS AS IDENTITY, customer_id int NOT NULL, staff_id int NOT NULL, rental_id int NOT NULL,
    amount numeric(5, 2) NOT NULL, payment_date timestamptz NOT NULL, last_update timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (payment_date, payment_id)) PARTITION BY RANGE (payment_date);
DO $$
DECLARE
    i int;
    name text;
BEGIN
    FOR i IN 1..3 LOOP
        EXECUTE format('CREATE TABLE payment_p2026_0%s PARTITION OF payment FOR VALUES FROM (%L) TO (%L)', i,
            format('2026-0%s-01 00:00+00', i), format('2026-0%s-01 00:00+00', i + 1));
        EXECUTE format('ALTER TABLE payment_p2026_0%s ADD FOREIGN KEY (customer_id) REFERENCES customer, '
            'ADD FOREIGN KEY (staff_id) REFERENCES staff, ADD FOREIGN KEY (rental_id) REFERENCES rental', i);
    END LOOP;
    FOR name IN
        SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'rental'::regnamespace AND relkind IN ('r', 'p') AND NOT relispartition
    LOOP
        EXECUTE format('CREATE TRIGGER last_updated BEFORE UPDATE ON %s FOR EACH ROW EXECUTE FUNCTION last_updated()', name);
    END LOOP;
END $$;

INSERT INTO country (country) SELECT 'Country ' || g FROM generate_series(1, 4) g;
INSERT INTO city (city, country_id) SELECT 'City ' || g, 1 + g % 4 FROM generate_series(1, 10) g;
INSERT INTO address (address, city_id, phone) SELECT g || ' Main St', 1 + g % 10, '555-' || g FROM generate_series(1, 40) g;
INSERT INTO actor (first_name, last_name) SELECT 'Ann' || g, 'Actor' || g FROM generate_series(1, 12) g;
INSERT INTO category (name) SELECT 'Category ' || g FROM generate_series(1, 5) g;
INSERT INTO film (title, description, release_year, original_of, length, rating, special_features)
SELECT 'Film ' || g, 'A boring story of ' || g || ' cats', 1990 + g % 30, CASE WHEN g > 20 THEN g - 20 END, 60 + g,
       (enum_range(NULL::mpaa_rating))[1 + g % 5], ARRAY['Trailers', 'a "quoted", one'] FROM generate_series(1, 30) g;
INSERT INTO film_actor SELECT a, f FROM generate_series(1, 12) a, generate_series(1, 30) f WHERE (a + f) % 5 = 0;
INSERT INTO film_category SELECT f, 1 + f % 5 FROM generate_series(1, 30) f;
BEGIN;
INSERT INTO store (manager_staff_id, address_id) SELECT g, g FROM generate_series(1, 2) g;
INSERT INTO staff (first_name, last_name, address_id, store_id, picture) SELECT 'Staff', 'No ' || g, 2 + g, 1 + (g - 1) % 2, '\x00ff' FROM generate_series(1, 4) g;
COMMIT;
INSERT INTO customer (store_id, first_name, last_name, address_id) SELECT 1 + g % 2, 'Cus', 'Tomer ' || g, 10 + g FROM generate_series(1, 20) g;
INSERT INTO inventory (film_id, store_id) SELECT 1 + g % 30, 1 + g % 2 FROM generate_series(1, 60) g;
INSERT INTO rental (rental_period, inventory_id, customer_id, staff_id)
SELECT tstzrange('2026-01-01 00:00+00'::timestamptz + g * interval '12 hours', '2026-01-01 00:00+00'::timestamptz + (g + 1) * interval '12 hours'),
       1 + g % 60, 1 + g % 20, 1 + g % 4 FROM generate_series(1, 150) g;
INSERT INTO payment (customer_id, staff_id, rental_id, amount, payment_date)
SELECT customer_id, staff_id, rental_id, 2.99 + rental_id % 3, lower(rental_period) FROM rental;
SELECT journal.track_schema('rental');
-- What was rented is withdrawn instead of deleted.
CREATE RULE withdraw AS ON DELETE TO film WHERE EXISTS (SELECT FROM inventory i WHERE i.film_id = old.film_id)
    DO INSTEAD UPDATE film SET withdrawn = true WHERE film_id = old.film_id;
RESET client_min_messages;
\set ECHO all
