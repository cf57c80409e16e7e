// What the compilers read once for all files: PostgreSQL's headers and those of ours that nearly
// every file of the server regime includes.
//
// It is included by the build alone (-include), never by a file: each file names what it needs and
// compiles without this one, which the style suite checks.
#include "base/function.hpp"
#include "base/memory.hpp"
#include "base/pg.hpp"
#include "base/query.hpp"
#include "catalog/tracked_relation.hpp"
