// The only includer of PostgreSQL's headers.
//
// PostgreSQL's headers are C: they define macros that clash with C++ (and with Boost), so the C++
// headers that we use come first, and everything else of ours includes this file rather than any
// header of the server. Version differences are settled in compat.hpp, which this file includes
// last.
#pragma once

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string_view>
#include <type_traits>

extern "C" {
// clang-format off: postgres.h has to come first
#include <postgres.h>
// clang-format on

#include <access/attmap.h>
#include <access/detoast.h>
#include <access/genam.h>
#include <access/heapam.h>
#include <access/htup_details.h>
#include <access/relation.h>
#include <access/sysattr.h>
#include <access/table.h>
#include <access/tableam.h>
#include <access/toast_internals.h>
#include <access/transam.h>
#include <access/xact.h>
#include <catalog/catalog.h>
#include <catalog/dependency.h>
#include <catalog/indexing.h>
#include <catalog/namespace.h>
#include <catalog/objectaccess.h>
#include <catalog/partition.h>
#include <catalog/pg_am.h>
#include <catalog/pg_attrdef.h>
#include <catalog/pg_class.h>
#include <catalog/pg_collation.h>
#include <catalog/pg_constraint.h>
#include <catalog/pg_enum.h>
#include <catalog/pg_extension.h>
#include <catalog/pg_inherits.h>
#include <catalog/pg_namespace.h>
#include <catalog/pg_operator.h>
#include <catalog/pg_proc.h>
#include <catalog/pg_trigger.h>
#include <catalog/pg_type.h>
#include <commands/defrem.h>
#include <commands/event_trigger.h>
#include <commands/extension.h>
#include <commands/policy.h>
#include <commands/sequence.h>
#include <commands/tablecmds.h>
#include <commands/trigger.h>
#include <common/hashfn.h>
#include <common/int.h>
#include <common/jsonapi.h>
#include <common/md5.h>
#include <common/shortest_dec.h>
#include <common/string.h>
#include <executor/execPartition.h>
#include <executor/executor.h>
#include <executor/spi.h>
#include <executor/tstoreReceiver.h>
#include <fmgr.h>
#include <funcapi.h>
#include <mb/pg_wchar.h>
#include <miscadmin.h>
#include <nodes/makefuncs.h>
#include <nodes/nodeFuncs.h>
#include <nodes/params.h>
#include <optimizer/optimizer.h>
#include <parser/analyze.h>
#include <parser/parse_clause.h>
#include <parser/parse_coerce.h>
#include <parser/parse_collate.h>
#include <parser/parse_expr.h>
#include <parser/parse_func.h>
#include <parser/parse_relation.h>
#include <parser/parse_type.h>
#include <parser/parser.h>
#include <parser/scansup.h>
#include <partitioning/partbounds.h>
#include <partitioning/partdesc.h>
#include <pgtime.h>
#include <replication/logicalworker.h>
#include <rewrite/rewriteHandler.h>
#include <rewrite/rewriteManip.h>
#include <storage/bufmgr.h>
#include <storage/lmgr.h>
#include <tcop/dest.h>
#include <tcop/utility.h>
#include <utils/acl.h>
#include <utils/array.h>
#include <utils/arrayaccess.h>
#include <utils/builtins.h>
#include <utils/bytea.h>
#include <utils/date.h>
#include <utils/datetime.h>
#include <utils/datum.h>
#include <utils/float.h>
#include <utils/fmgroids.h>
#include <utils/fmgrprotos.h>
#include <utils/guc.h>
#include <utils/hsearch.h>
#include <utils/inval.h>
#include <utils/json.h>
#include <utils/jsonb.h>
#include <utils/jsonfuncs.h>
#include <utils/lsyscache.h>
#include <utils/memutils.h>
#include <utils/numeric.h>
#include <utils/partcache.h>
#include <utils/pg_lsn.h>
#include <utils/queryenvironment.h>
#include <utils/rel.h>
#include <utils/relcache.h>
#include <utils/rls.h>
#include <utils/ruleutils.h>
#include <utils/snapmgr.h>
#include <utils/syscache.h>
#include <utils/timestamp.h>
#include <utils/tuplesort.h>
#include <utils/tuplestore.h>
#include <utils/typcache.h>
#include <utils/uuid.h>
#include <utils/varlena.h>
#include <utils/xid8.h>
#include <utils/xml.h>
}

// libintl.h and port.h turn these into macros; C++ code of ours and of Boost has to see the plain
// names.
#undef gettext
#undef dgettext
#undef ngettext
#undef dngettext
#undef snprintf
#undef vsnprintf
#undef sprintf
#undef vsprintf
#undef printf
#undef fprintf
#undef strerror
#undef bind
#undef Min
#undef Max
#undef Abs
#undef StrNCpy

#include "base/compat.hpp"
