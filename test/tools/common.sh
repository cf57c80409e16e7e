# Sourced by the tools beside it: messages, the user that runs servers, long steps with signs of
# life, and a temporary folder that goes away however the script ends.

tools=$(cd "$(dirname "${BASH_SOURCE[0]}")" && pwd)
top=$(cd "$tools/../.." && pwd)

# PostgreSQL refuses to run as root, so root's servers belong to the packages' user.
if [ "$(id -u)" = 0 ]; then
    server_user=postgres
else
    server_user=$(id -un)
fi

# Prints a line of progress.
say() { printf '== %s\n' "$*" >&2; }

# Prints why nothing further can be done, and ends the script.
die() {
    printf 'error: %s\n' "$*" >&2
    exit 1
}

# Runs a command as the user that owns the server.
as_server() {
    if [ "$(id -u)" = 0 ]; then
        runuser -u "$server_user" -- "$@"
    else
        "$@"
    fi
}

# Runs a command as root.
as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo "$@"
    fi
}

# run TITLE COMMAND…: runs a long step in a process group of its own, tells from time to time that it
# still runs, and ends it after step_limit seconds. Returns the command's status.
step_limit=${STEP_LIMIT:-1200}
running=
run() {
    local title=$1 start=$SECONDS next=15 status=0
    shift
    setsid "$@" &
    running=$!
    while kill -0 "$running" 2>/dev/null; do
        sleep 0.2
        if [ $((SECONDS - start)) -ge $next ]; then
            say "$title: $next s"
            next=$((next + 15))
        fi
        if [ $((SECONDS - start)) -ge "$step_limit" ]; then
            say "$title: stopped after $step_limit s"
            end_running
            return 124
        fi
    done
    wait "$running" || status=$?
    running=
    return $status
}

# Ends what run() started: asks first, so that tests can clean up after themselves.
end_running() {
    [ -n "$running" ] || return 0
    kill -TERM -- "-$running" 2>/dev/null || true
    for _ in $(seq 25); do
        kill -0 -- "-$running" 2>/dev/null || break
        sleep 0.2
    done
    kill -KILL -- "-$running" 2>/dev/null || true
    wait "$running" 2>/dev/null || true
    running=
}

# Forgets what the calling shell says of servers, languages and make, so that every run is alike.
plain_environment() {
    local name
    for name in "${!PG@}"; do
        [ "$name" = PG_CONFIG ] || unset "$name"
    done
    unset LC_ALL LANGUAGE TZ MAKEFLAGS MFLAGS MAKELEVEL
    export LANG=C.UTF-8
}

# Lets compilers take what they have compiled before from ccache, where it is installed: its folder has a
# program for each of them. A precompiled header is taken for what was in it, not for its time.
use_ccache() {
    [ -d /usr/lib/ccache ] || return 0
    PATH=/usr/lib/ccache:$PATH
    export PATH CCACHE_BASEDIR=$top CCACHE_NOHASHDIR=1
    export CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
}

# Names the folder, outside the repository, for what takes long to make and is used again. A server's
# user may be unable to read it.
cache_folder() {
    printf '%s\n' "${EVENT_JOURNAL_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/event_journal}"
}

# Makes the temporary folder $work, which the server user can read, and has it removed at the end,
# together with every server that still runs in it. In /tmp, since a socket's path has to be short.
make_work_folder() {
    work=$(mktemp -d /tmp/event_journal.XXXXXX)
    trap clean_up EXIT
    trap 'say interrupted; exit 130' INT
    trap 'say interrupted; exit 143' TERM HUP
    chmod 755 "$work"
}

clean_up() {
    local status=$? pid
    trap - EXIT
    trap '' INT TERM HUP
    end_running
    for pid in $(find "$work" -name postmaster.pid -exec head -qn 1 {} + 2>/dev/null); do
        # The folder is ours alone, so is the server; SIGQUIT is pg_ctl's "immediate".
        kill -QUIT "$pid" 2>/dev/null || continue
        for _ in $(seq 50); do
            kill -0 "$pid" 2>/dev/null || break
            sleep 0.1
        done
    done
    rm -rf "$work"
    exit $status
}
