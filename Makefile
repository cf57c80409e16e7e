# event_journal: build, install and test.
#
#   make && sudo make install     then, in a database: CREATE EXTENSION event_journal
#   make installcheck             regression and isolation tests on the running server
#   make check                    every test but the long and the random ones, in minutes, on temporary
#                                 servers that are removed afterwards
#   make check SUITE=regress TESTS="rules labels"
#   make check-all                every test, some of them on other servers too, as continuous integration does
#   make check-long MINUTES=60    random and stress tests with new seeds, as long as it is told
#   make check-assert             tests on a server built with checks of its own
#   make check-matrix             tests on the other supported versions of PostgreSQL
#   make check-valgrind           some tests under valgrind
#   make check-package            Debian's packages: built, checked by lintian, installed, used and removed
#   make demo                     the sample CRM's week of work, on such a server too
#   make demo-page PORT=8080      a page over it in the browser, until Ctrl-C (examples/page)
#   make bench-restore            what the past, and bringing rows back, cost
#   make bench-report             what pages of a large journal cost (bench/README.md)
#   make bench-write              what journaling a change costs (bench/README.md), on such a server
#   make stopwatch                how long the README's first hour takes on a fresh machine
#   make release VERSION=1.2.3    a release (docs/contributing.md); DRY_RUN=yes only says what it would do
#
# PG_CONFIG=/path/to/pg_config chooses the PostgreSQL. "make install STRIP=no" keeps the module's debugging
# information, which is ten times as large as the rest.

PG_CONFIG ?= pg_config

ifneq ($(filter check check-% demo demo-page release stopwatch bench-write% bench-restore bench-report,$(MAKECMDGOALS)),)

# These install what the machine lacks, so they may not need PGXS yet. The recipe is a bare
# command, which make starts without a shell, so that a signal to make reaches it.
export PG_CONFIG SUITE TESTS TIER SEED MINUTES PORT
.PHONY: check check-all check-assert check-long check-matrix check-package check-valgrind demo demo-page
check check-all check-assert check-long check-matrix check-package check-valgrind demo demo-page:
	@test/tools/$@

export DRY_RUN
.PHONY: release
release:
	@test/tools/release $(VERSION)

export ROWS ROUNDS SECONDS_EACH ENTRIES CONTENDERS WORKLOADS JSON
.PHONY: stopwatch bench-write bench-write-instructions bench-write-large bench-restore bench-report
bench-restore:
	@bench/measure as_of restore
bench-report:
	@bench/measure report
stopwatch:
	@bench/stopwatch
bench-write:
	@bench/bench-write
bench-write-instructions bench-write-large:
	@bench/bench-write $(@:bench-write-%=%)

else

EXTENSION = event_journal
EXTVERSION := $(shell sed -n "s/^default_version *= *'\(.*\)'/\1/p" event_journal.control)
MODULE_big = event_journal

# CMakeLists.txt builds the same list of sources.
SOURCES := $(sort $(wildcard src/*.cpp src/*/*.cpp))
OBJS = $(SOURCES:.cpp=.o)

# The install script is written in numbered parts and joined here; an update script includes parts.
# Those of released versions stay as they were (docs/updates.md).
SQL_PARTS := $(sort $(wildcard src/sql/[0-9]*.sql))
UPDATES := $(patsubst src/sql/updates/%,event_journal--%,$(wildcard src/sql/updates/*.sql))
DATA_built = event_journal--$(EXTVERSION).sql $(UPDATES)
DATA = $(wildcard src/sql/released/*.sql)

REGRESS = $(sort $(patsubst sql/%.sql,%,$(wildcard sql/*.sql)))
# Its data is no part of the project.
ifeq ($(wildcard ../shared/data/northwind.sql),)
REGRESS := $(filter-out northwind,$(REGRESS))
$(if $(filter installcheck,$(MAKECMDGOALS)),$(info test northwind skipped: ../shared/data/northwind.sql is missing))
endif
ISOLATION = $(sort $(patsubst test/isolation/specs/%.spec,%,$(wildcard test/isolation/specs/*.spec)))
ISOLATION_OPTS = --inputdir=test/isolation --load-extension=event_journal

# PostgreSQL's headers count as system headers, so that the warnings are about our code alone; they
# use "register", which C++17 took away. Those of 17 and later warn of shadowed locals, so all builds do. -MMD is
# for gcc only: bitcode would overwrite its files.
WARNINGS = -Wall -Wextra -Wno-register $(if $(WERROR),-Werror)
LANGUAGE = -std=c++20 -fvisibility=hidden -fvisibility-inlines-hidden
PG_CPPFLAGS = -Isrc -isystem $(includedir_server)
PG_CXXFLAGS = $(LANGUAGE) $(WARNINGS) $(if $(findstring clang,$(CXX)),,-Wshadow=compatible-local) -MMD -MP
SHLIB_LINK = -lstdc++ -Wl,--version-script=src/exports.map
EXTRA_CLEAN = $(OBJS:.o=.d) $(addprefix src/precompiled.,hpp.gch hpp.pch hpp.d server) build tmp_check

PGXS := $(shell $(PG_CONFIG) --pgxs)
ifeq ($(wildcard $(PGXS)),)
$(error no PostgreSQL to build for: install postgresql-server-dev-15, or give PG_CONFIG=/path/to/pg_config)
endif
include $(PGXS)

# What PostgreSQL's own install-strip does, but for who asks for symbols: a packager takes them apart.
INSTALL_STRIP_FLAG = $(if $(filter no,$(STRIP)),,-s)

# The library says its version to the server.
src/module.o: event_journal.control
src/module.o src/module.bc: override CPPFLAGS += -DJOURNAL_VERSION='"$(EXTVERSION)"'

COMPILE.cxx.bc += $(LANGUAGE) $(WARNINGS)

# Two thirds of what a file costs is reading PostgreSQL's and Boost's headers, so each compiler reads
# them once: g++ into .gch, which it finds beside the header, clang into .pch. All objects depend on
# them, and they on the server that they were made for. Library files know nothing of a server. (ccache
# sees through a .gch only with -fpch-preprocess.)
PRECOMPILED = src/precompiled.hpp
SERVER := $(shell $(PG_CONFIG) --version --configure --includedir-server | cksum)
SERVER_OBJS = $(filter-out $(patsubst %.cpp,%.o,$(shell grep -l '^// Regime: library' $(SOURCES))),$(OBJS))
$(SERVER_OBJS): $(PRECOMPILED).gch
$(SERVER_OBJS): private override CXXFLAGS += -include $(PRECOMPILED) -Winvalid-pch -fpch-preprocess
$(SERVER_OBJS:.o=.bc): $(PRECOMPILED).pch
$(SERVER_OBJS:.o=.bc): private COMPILE.cxx.bc += -include-pch $(PRECOMPILED).pch
$(PRECOMPILED).gch: $(PRECOMPILED) src/precompiled.server
	$(CXX) $(CXXFLAGS) $(CPPFLAGS) -x c++-header -o $@ $<
$(PRECOMPILED).pch: $(PRECOMPILED) $(PRECOMPILED).gch
	$(COMPILE.cxx.bc) -x c++-header -o $@ $<
src/precompiled.server: FORCE
	@echo '$(SERVER)' | cmp -s - $@ || echo '$(SERVER)' > $@
.PHONY: FORCE
-include $(PRECOMPILED).d

event_journal--$(EXTVERSION).sql: $(SQL_PARTS) src/sql src/sql/ascii.awk
	LC_ALL=C awk -f src/sql/ascii.awk $(SQL_PARTS) > $@ || { rm -f $@; false; }
$(UPDATES): event_journal--%: src/sql/updates/% $(wildcard src/sql/*.sql) src/sql/join.awk
	awk -v folder=src/sql -f src/sql/join.awk $< > $@ || { rm -f $@; false; }

$(shlib): src/exports.map
$(OBJS:.o=.bc): %.bc: %.o
-include $(OBJS:.o=.d)

endif
