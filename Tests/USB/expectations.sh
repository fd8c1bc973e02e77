# How a check tells what is right, and ends everything at the first wrong value. Sourced by checks.sh, and part of every
# script that runs on the bus (checks_on_bus).
#
# $log is the output of the program that ran last.

# What is wrong; the log of the program that ran last is shown.
fail() {
    [ ! -f "$log" ] || sed 's/^/    | /' "$log"
    echo "  FAILED: $1"
    exit 1
}
ok() { echo "  ok  $1"; }

expect_equal() { # what, actual, expected
    [ "$2" = "$3" ] || fail "$1 is '$2' instead of '$3'"
    ok "$1: ${2//$'\n'/ / }"
}
expect_same() { # what, actual file, expected file
    cmp "$2" "$3" || fail "$1"
    ok "$1: $(stat -c %s "$3") bytes are the same"
}
# The log has this line, or a line with this text.
# Columns are as wide as their widest word, so how many spaces stand between two words does not matter.
expect_line() { # what, line
    sed 's/\([^ ]\)  */\1 /g' "$log" | grep -xF -- "$(sed 's/\([^ ]\)  */\1 /g' <<<"$2")" >/dev/null || fail "$1: no line '$2'"
    ok "$1: ${2#"${2%%[! ]*}"}"
}
expect_text() { # what, part of a line
    grep -qF -- "$2" "$log" || fail "$1: no line has '$2'"
    ok "$1: $2"
}

# Runs a program, its output in $log, and compares its exit status.
run() { # expected status, program, argument…
    local wanted=$1 status=0
    shift
    "$@" >"$log" 2>&1 || status=$?
    [ "$status" = "$wanted" ] || fail "'${*##*/}' ended with $status instead of $wanted"
}

# Waits until a program succeeds, or ends everything after so many seconds on a fast machine.
wait_until() { # what is waited for, seconds, program, argument…
    local what=$1 limit=$(($2 * slowness)) start=$SECONDS
    shift 2
    until "$@" >/dev/null 2>&1; do
        [ $((SECONDS - start)) -le "$limit" ] || fail "still not after $limit s: $what"
        sleep 0.02
    done
}
milliseconds() { echo $(($(date +%s%N) / 1000000)); }

# File, count, first number: bytes that follow no pattern, and are the same in every run.
random_bytes() {
    perl -e 'my ($seed, $left) = @ARGV; srand $seed;
        while ($left > 0) { my $n = $left < 65536 ? $left : 65536; print pack "C*", map { int rand 256 } 1 .. $n; $left -= $n }' \
        "${3:-1}" "$2" >"$1"
    [ "$(stat -c %s "$1")" = "$2" ]
}
