\i test/regress/fresh.sql
-- Languages: titles and words in Russian and English, others added as data; whose word counts.

CREATE TABLE task (id integer PRIMARY KEY, title text, done boolean, due date, note text, secret text);
SELECT journal.track('task', masked => '{secret}');
SELECT journal.add_rule('task', 'task.completed', 'update', '{done,due}');
SELECT journal.add_rule('task', 'task.created', 'insert', details => '{title,secret,note}');
SELECT journal.add_event_type('task.noted', 'tasks', 'changed', 'task', '{"ru": "Заметка"}');
SELECT journal.add_rule('task', 'task.noted', 'update', '{note}');
INSERT INTO task VALUES (1, 'Call', false, NULL, NULL, 'a');
UPDATE task SET done = true, due = '2024-05-01' WHERE id = 1;
UPDATE task SET note = E'two\nlines' WHERE id = 1;
SELECT journal.log('call.incoming', details => '{"number": "+70000000001", "duration": 65, "answered": true, "tags": ["a", {"b": 1}]}') > 0;
SELECT journal.log('call.outgoing', details => '"just text"') > 0;
SELECT journal.log('call.outgoing', details => '{}') > 0;
CREATE FUNCTION told(language text) RETURNS TABLE (title text, details_text text) LANGUAGE sql AS $$
    SELECT title, details_text FROM journal.report(sort => 'asc', language => language)
$$;
SELECT * FROM told('en');
SELECT * FROM told('ru');

-- Words for columns: of one object type, of any; one's own before the shipped.
INSERT INTO journal.term (code, language, text) VALUES
    ('title', 'ru', 'название'), ('task.title', 'ru', 'задача'), ('note', 'ru', 'заметка'), ('masked', 'ru', '***'),
    ('due', 'en', 'due date');
INSERT INTO journal.event_title VALUES ('task.created', 'ru', 'Новая задача'), ('task.noted', 'en', 'Noted');
SELECT * FROM told('ru');
SELECT * FROM told('en');

-- A third language begins with its first word; what it lacks is English.
SELECT * FROM told('de');
INSERT INTO journal.event_title VALUES ('task.created', 'de', 'Aufgabe erstellt');
INSERT INTO journal.term (code, language, text) VALUES ('yes', 'de', 'ja'), ('no', 'de', 'nein'), ('done', 'de', 'erledigt');
SELECT * FROM told('de');

-- The language: the argument, else the setting, else the account's, else English.
CREATE FUNCTION speaks(argument text DEFAULT NULL) RETURNS text LANGUAGE sql AS $$
    SELECT title FROM journal.report(events => '{task.created}', language => argument)
$$;
SELECT speaks();
SELECT journal.set_account('', language => 'ru');
SELECT speaks();
SET event_journal.language = 'de';
SELECT speaks(), speaks('en');
SET event_journal.language = 'fr';
SELECT speaks('en');
SELECT speaks();
SELECT speaks('');
SELECT title FROM journal.history('task', '1', language => 'EN');
SELECT * FROM journal.deleted_objects(language => 'nn');
