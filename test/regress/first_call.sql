-- A call that is the first of its session, taken back: how many buffers it takes, and how many months it opens. It is :call.
\connect -
SET client_min_messages = warning;
SET debug_discard_caches = 0;
BEGIN;
SELECT buffers(:'call') AS buffers \gset
SELECT opened() AS opened \gset
ROLLBACK;
INSERT INTO cost VALUES (months(), :'call', :buffers, :opened);
