# Makes an install script plain ASCII, so that it can be read in a database of any encoding: a literal with other
# characters becomes a call of journal.shipped_text (12_shipped_events.sql) with its bytes in UTF-8. They may stand
# nowhere else.
#
# usage: LC_ALL=C awk -f ascii.awk PART…

function hexadecimal(text, digits, i) {
    digits = ""
    for (i = 1; i <= length(text); i++)
        digits = digits code[substr(text, i, 1)]
    return digits
}

BEGIN {
    for (i = 1; i < 256; i++)
        code[sprintf("%c", i)] = sprintf("%02x", i)
}

/[\200-\377]/ {
    line = ""
    rest = $0
    while (match(rest, /'[^']*'/)) {
        literal = substr(rest, RSTART, RLENGTH)
        if (literal ~ /[\200-\377]/)
            literal = "journal.shipped_text('\\x" hexadecimal(substr(literal, 2, RLENGTH - 2)) "')"
        line = line substr(rest, 1, RSTART - 1) literal
        rest = substr(rest, RSTART + RLENGTH)
    }
    $0 = line rest
}

/[\200-\377]/ {
    print FILENAME ":" FNR ": other characters than ASCII outside a literal" > "/dev/stderr"
    exit failed = 1
}

{ print }
END { exit failed }
