\i test/regress/fresh.sql
\i test/ordinary/whole.sql
\i test/ordinary/rental.sql
-- A film rental, deleted, restored, undone and compared whole, all by the tables' owner, who is no superuser.
SELECT whole.keep('all', 'rental');

-- Whatever can be deleted, in one transaction, where films that were rented are withdrawn: undone, the undo undone, then the
-- deletions of that one restored.
BEGIN;
SET CONSTRAINTS ALL DEFERRED;
DELETE FROM payment;
DELETE FROM rental;
DELETE FROM customer;
DELETE FROM inventory WHERE film_id > 10;
DELETE FROM film_actor;
DELETE FROM film_category;
DELETE FROM film;
DELETE FROM actor;
DELETE FROM category;
DELETE FROM inventory;
DELETE FROM staff;
DELETE FROM store;
DELETE FROM address;
DELETE FROM city;
DELETE FROM country;
COMMIT;
SELECT tab, count(*) FROM whole.present('rental') GROUP BY tab;
SELECT whole.keep('empty', 'rental');
SELECT whole.undo(whole.last());
SELECT whole.differs('all', 'rental');
SELECT whole.undo(whole.last());
SELECT whole.differs('empty', 'rental');
SELECT whole.restore(whole.deletions(whole.last()));
-- What was withdrawn is there still, and stays withdrawn.
SELECT count(*) FROM whole.differs('all', 'rental');
UPDATE film SET withdrawn = false WHERE withdrawn;
SELECT whole.differs('all', 'rental');

-- One thing after another, each with all that hangs on it, by its own deletion alone.
SELECT whole.restore_one('actor', 'actor_id = 3');
SELECT whole.restore_one('customer', 'customer_id = 7');
SELECT whole.restore_one('rental', 'rental_id = 9');
SELECT whole.restore_one('payment', 'payment_id = 5');
SELECT whole.restore_one('inventory', 'inventory_id = 11');
SELECT whole.restore_one('category', 'category_id = 2');
SELECT whole.restore_one('staff', 'staff_id = 4');

-- A day's work in one transaction: stores change hands, two rentals exchange their inventory, payments move to another month.
BEGIN;
UPDATE store SET manager_staff_id = -manager_staff_id;
UPDATE store SET manager_staff_id = manager_staff_id + 3;
UPDATE staff SET store_id = 3 - store_id WHERE staff_id < 3;
UPDATE rental SET inventory_id = CASE inventory_id WHEN 10 THEN 11 ELSE 10 END WHERE inventory_id IN (10, 11);
UPDATE payment SET payment_date = payment_date + interval '1 month' WHERE payment_date < '2026-01-20 00:00+00';
UPDATE film SET title = 'The ' || title, rating = 'R' WHERE film_id < 4;
INSERT INTO customer (store_id, first_name, last_name, address_id) VALUES (1, 'New', 'One', 5);
INSERT INTO rental (rental_period, inventory_id, customer_id, staff_id) VALUES ('[2026-03-20 00:00+00, 2026-03-21 00:00+00)', 3, 21, 1);
INSERT INTO payment (customer_id, staff_id, rental_id, amount, payment_date) SELECT 21, 1, max(rental_id), 5, '2026-03-20 00:00+00' FROM rental;
DELETE FROM payment WHERE customer_id = 4;
DELETE FROM film WHERE film_id IN (28, 29);
COMMIT;
SELECT whole.keep('worked', 'rental');
SELECT whole.undo(whole.last());
SELECT whole.differs('all', 'rental');
SELECT whole.undo(whole.last());
SELECT whole.differs('worked', 'rental');

\connect - postgres
DROP OWNED BY regress_rental;
DROP ROLE regress_rental;
