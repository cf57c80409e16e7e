# Joins an update script with the parts of the install script that it takes over whole: a line
#
#     -- include 81_undo.sql
#
# becomes the text of that file, which lies beside this one.

/^-- include / {
    part = folder "/" $3
    while ((status = (getline line < part)) > 0)
        print line
    if (status < 0) {
        print FILENAME ":" FNR ": cannot read " part > "/dev/stderr"
        exit failed = 1
    }
    close(part)
    next
}
{ print }
END { exit failed }
