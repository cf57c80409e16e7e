// See function.hpp: exceptions stop here.
#include "base/function.hpp"

#include "base/copied_journal.hpp"

#include <exception>
#include <new>

namespace journal {

Datum guarded(Datum (*body)(FunctionCallInfo), FunctionCallInfo fcinfo)
{
    // Plain storage: the exception is gone before ereport jumps away.
    char message[512] = "unknown C++ exception";
    bool out_of_memory = false;
    try {
        return body(fcinfo);
    } catch (const std::bad_alloc&) {
        out_of_memory = true;
    } catch (const std::exception& e) {
        strlcpy(message, e.what(), sizeof(message));
    } catch (...) {
    }
    if (out_of_memory)
        ereport(ERROR, (errcode(ERRCODE_OUT_OF_MEMORY), errmsg("event_journal is out of memory")));
    ereport(ERROR, (errcode(ERRCODE_INTERNAL_ERROR), errmsg("event_journal: %s", message)));
    pg_unreachable();
}

void require_writable_server(const char* command)
{
    PreventCommandIfReadOnly(command);
    PreventCommandIfParallelMode(command);
}

void require_writable(const char* command)
{
    require_writable_server(command);
    refuse_on_copied_journal();
}

}  // namespace journal
