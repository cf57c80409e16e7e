// Every condition on PostgreSQL's version stands here; the newest signature wins, and older servers
// get a wrapper.
#pragma once

#if PG_VERSION_NUM < 150000
#error "event_journal needs PostgreSQL 15 or newer"
#endif
