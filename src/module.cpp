// The library's entry: magic block and _PG_init.
#include "base/pg.hpp"
#include "base/settings.hpp"
#include "tracking/register.hpp"

_Pragma("GCC visibility push(default)") extern "C"
{
    PG_MODULE_MAGIC_EXT(.name = "event_journal", .version = JOURNAL_VERSION);
    void _PG_init();
}
_Pragma("GCC visibility pop")

    /// Called when the library is loaded into a backend.
    void _PG_init()
{
    journal::define_settings();
    journal::give_fact_writer();
}
