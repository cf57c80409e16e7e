\set ECHO none
-- For many_months: calls that are about this month, each in a session of its own.
\set call 'report()'
\i test/regress/first_call.sql
\set call 'history(''product'', ''1'')'
\i test/regress/first_call.sql
\set call 'history(''product'', ''300'')'
\i test/regress/first_call.sql
\set call 'deleted_objects()'
\i test/regress/first_call.sql
\set call 'row_as_of(''product'', ''2'', mark => ''before'')'
\i test/regress/first_call.sql
\set call 'row_as_of(''product'', ''2'', before_transaction => (SELECT xid FROM known))'
\i test/regress/first_call.sql
\set call 'table_as_of(NULL::product, mark => ''before'')'
\i test/regress/first_call.sql
\set call 'diff(NULL::product, from_mark => ''before'')'
\i test/regress/first_call.sql
\set call 'undo_plan((SELECT xid FROM known))'
\i test/regress/first_call.sql
\set call 'undo((SELECT xid FROM known))'
\i test/regress/first_call.sql
\set call 'revert((SELECT change FROM known))'
\i test/regress/first_call.sql
\set call 'restore_plan((SELECT item FROM known), related => ''all'')'
\i test/regress/first_call.sql
\set call 'restore((SELECT item FROM known), related => ''all'')'
\i test/regress/first_call.sql
\set call 'restore((SELECT product FROM known))'
\i test/regress/first_call.sql
\set ECHO all
