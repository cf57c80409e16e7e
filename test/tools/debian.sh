# Sourced by check-matrix, check-package and the stopwatch: folders that hold a Debian each, made by debootstrap from this
# machine's own mirror. They are kept outside of the repository, below EVENT_JOURNAL_CACHE or
# ~/.cache/event_journal; to have newer packages, remove them. Mounts and processes live in namespaces of their
# own and end with them, so that nothing stays mounted, however a run ends. All of it needs root.

# Runs a command whose mounts are seen by nobody else, and which takes its processes with it.
apart() { unshare --mount --pid --fork --kill-child --mount-proc "$@"; }

# Runs a command in a Debian.
inside() {
    local root=$1
    shift
    apart sh -c 'mount -t proc proc "$0/proc" && mount -t tmpfs tmpfs "$0/dev/shm" && exec chroot "$0" "$@"' \
        "$root" env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin HOME=/root LANG=C.UTF-8 \
        ${http_proxy:+http_proxy="$http_proxy"} "$@"
}

# Prints where this machine gets its own Debian from.
mirror() {
    { sed -n 's/^URIs: *\([^ ]*\).*/\1/p' /etc/apt/sources.list.d/*.sources
      sed -n 's/^deb  *\(\[[^]]*\]\)\{0,1\} *\([^ ]*\).*/\2/p' /etc/apt/sources.list /etc/apt/sources.list.d/*.list
    } 2>/dev/null | grep -m 1 '/debian/*$' || true
}

# Makes a Debian with nothing but what it cannot do without. What the package tools say is added to a file.
#
# usage: bootstrap SUITE FOLDER LOG
bootstrap() {
    local suite=$1 root=$2 log=$3 from
    from=$(mirror)
    [ -n "$from" ] || die "no mirror of Debian in /etc/apt"
    rm -rf --one-file-system "$root"
    logged "$log" apart debootstrap --variant=minbase --include=eatmydata "$suite" "$root" "$from"

    # No service is started, and nothing waits for the disk.
    printf '#!/bin/sh\nexit 101\n' >"$root/usr/sbin/policy-rc.d"
    chmod 755 "$root/usr/sbin/policy-rc.d"
    echo force-unsafe-io >"$root/etc/dpkg/dpkg.cfg.d/unsafe-io"
    apt-config dump | grep '^Acquire::' >"$root/etc/apt/apt.conf.d/90machine" || true
}

# logged FILE COMMAND…: keeps what a command prints, and prints it if the command fails.
logged() {
    local log=$1
    shift
    "$@" </dev/null >>"$log" 2>&1 || {
        tail -n 40 "$log" >&2
        die "failed: $*"
    }
}

# Copies the working tree into a Debian, where builds of earlier runs are kept. A file that has not
# changed keeps its time there, so that only what changed is compiled.
copy_tree() {
    local old=$1/event_journal new=$1/event_journal.new file
    rm -rf "$new"
    mkdir -p "$old" "$new"
    (cd "$top" && find . \( -path ./.git -o -path ./build -o -path ./tmp_check -o -path ./results -o \
        -name '*.o' -o -name '*.d' -o -name '*.bc' -o -name '*.so' -o -name '*.gch' -o -name '*.pch' -o \
        -name precompiled.server \) -prune -o ! -type d -print0 |
        tar -c --null -T -) | tar -C "$new" -xm --no-same-owner
    (cd "$new" && find . -type f -print0) | while IFS= read -r -d '' file; do
        ! cmp -s "$old/$file" "$new/$file" || touch -r "$old/$file" "$new/$file"
    done
    [ ! -d "$old/build" ] || mv "$old/build" "$new/build"
    rm -rf "$old" "$1/shared"
    mv "$new" "$old"
    # Data that is no part of the project lies beside it.
    if [ -r "$top/../shared/data/northwind.sql" ]; then
        mkdir -p "$1/shared/data"
        cp "$top/../shared/data/northwind.sql" "$1/shared/data"
    fi
}

# Makes a Debian with some packages and a user "builder", unless it is there. It gets its name when it is complete.
#
# usage: make_debian_folder FOLDER SUITE PACKAGE…
make_debian_folder() {
    local root=$1 suite=$2 start=$SECONDS
    shift 2
    mkdir -p "$(dirname "$root")"
    exec 8>"$root.lock"
    flock 8
    if [ ! -d "$root" ]; then
        say "making $root"
        rm -f "$root.log"
        bootstrap "$suite" "$root.partial" "$root.log" 8>&-
        logged "$root.log" inside "$root.partial" eatmydata env DEBIAN_FRONTEND=noninteractive \
            apt-get -q -y install --no-install-recommends "$@" 8>&-
        inside "$root.partial" sh -ec 'apt-get clean; useradd -m builder' 8>&-
        mv -T "$root.partial" "$root"
        say "made after $((SECONDS - start)) s, $(du -sh "$root" | cut -f 1)"
    fi
    exec 8>&-
}
# as_builder FOLDER COMMAND…: runs a command as somebody who may not change the Debian.
as_builder() {
    local root=$1
    shift
    inside "$root" setpriv --reuid builder --regid builder --init-groups env HOME=/home/builder "$@"
}
