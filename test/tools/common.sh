# Sourced by the tools beside it: messages, the user that runs servers, waiting with signs of life.

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

# Runs a command as the user that owns the server, from a directory which that user can read.
as_server() {
    if [ "$(id -u)" = 0 ]; then
        (cd / && exec runuser -u "$server_user" -- "$@")
    else
        (cd / && exec "$@")
    fi
}
