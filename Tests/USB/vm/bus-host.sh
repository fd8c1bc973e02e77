#!/usr/bin/env bash
# The host's end of the virtual machine's bus: bus-host.sh EXTFLASH DIR
#
# Reads requests from the FIFO DIR/bus.out, one a line: a tag, then what is wanted. Answers each on DIR/bus.in with the tag,
# an exit status and the number of lines that follow. EXTFLASH_VM_RECORD is a directory for what crosses the virtual
# cables. Requests:
#     serve PROBE…     serves these probes over USB/IP instead of those before; the answer is the port
#     control WORD…    tells the simulation something
#     stop             ends the simulation; what it had to say, and status 1 when it had ended by itself
#     started WORD…    the machine is up; kept in DIR/started
#     finished STATUS  the machine is about to end; kept in DIR/status
set -uo pipefail

extflash=$1
cd "$2" || exit 1
server=""
trap 'stop >/dev/null; exit' EXIT
trap 'exit 1' TERM INT HUP

is_running() { [ -n "$server" ] && kill -0 "$server" 2>/dev/null; }

stop() {
    [ -n "$server" ] || return 0
    local ended_by_itself=0 tries
    is_running || ended_by_itself=1
    kill "$server" 2>/dev/null
    for ((tries = 0; tries < 600; tries++)); do
        is_running || break
        sleep 0.05
    done
    if is_running; then
        echo "the simulation does not end"
        ended_by_itself=1
        kill -KILL "$server"
    fi
    wait "$server" 2>/dev/null
    server=""
    grep -v '^simulation: USB/IP on ' server.log
    return $ended_by_itself
}

# A probe whose flash is kept in a directory of the machine, which is not to be seen from here: it is kept below DIR, under
# the same name.
kept_here() { # probe
    if [[ $1 =~ ^(.*,state=)(/[^,]*)(.*)$ && $1 != *..* ]]; then
        mkdir -p "$PWD/states$(dirname "${BASH_REMATCH[2]}")"
        echo "${BASH_REMATCH[1]}$PWD/states${BASH_REMATCH[2]}${BASH_REMATCH[3]}"
    else
        echo "$1"
    fi
}

serve() { # probes
    stop >/dev/null
    local arguments=() probe tries port=""
    for probe in "$@"; do arguments+=(--probe "$(kept_here "$probe")"); done
    [ -z "${EXTFLASH_VM_RECORD:-}" ] || arguments+=(--record "$EXTFLASH_VM_RECORD")
    rm -f control.socket
    : >server.log
    # Ends with this script, however that ends.
    setpriv --pdeathsig TERM "$extflash" simulate --usbip 127.0.0.1:0 --socket "$PWD/control.socket" \
        "${arguments[@]}" >>server.log 2>&1 </dev/null 3>&- 4>&- &
    server=$!
    for ((tries = 0; tries < 2400; tries++)); do
        port=$(sed -n 's/^simulation: USB\/IP on .*:\([0-9]*\)$/\1/p' server.log)
        if [ -n "$port" ]; then
            echo "$port"
            return
        fi
        is_running || break
        sleep 0.05
    done
    echo "the simulation does not serve its probes"
    stop
    return 1
}

obey() { # request
    local word=${1:-}
    shift || true
    case $word in
    serve) serve "$@" ;;
    control) timeout --kill-after=2 120 "$extflash" simulate control --socket "$PWD/control.socket" "$@" 2>&1 ;;
    stop) stop ;;
    started) echo "$*" >started ;;
    finished) echo "$1" >status ;;
    *)
        echo "unknown request '$word'"
        return 2
        ;;
    esac
}

# Both ways, so that neither open waits for QEMU.
exec 3<>bus.in 4<>bus.out
while read -r -u 4 tag line; do
    read -r -a words <<<"$line"
    # Not in a subshell: `serve` leaves the simulation behind.
    obey "${words[@]}" >answer
    status=$?
    { echo "$tag $status $(wc -l <answer)" && cat answer; } >&3
done
