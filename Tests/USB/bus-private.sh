# Sourced by checks.sh: the bus is one that `extflash simulate` makes for each command.

mkdir "$work/bin"
cat >"$work/bin/control" <<END
#!/bin/sh
exec '$extflash' simulate control "\$@"
END
chmod +x "$work/bin/control"
export PATH=$work/bin:$PATH

# The process group of what runs on the bus; empty when nothing does.
group=
on_bus() {
    local options=() probe status=0
    for probe in $1; do options+=(--probe "$probe"); done
    shift
    # timeout makes a process group of its own, so that everything can be ended that the command leaves behind.
    timeout --kill-after=5 "${EXTFLASH_USB_LIMIT:-300}" "$extflash" simulate "${options[@]}" -- "$@" >"$log" 2>&1 &
    group=$!
    wait "$group" || status=$?
    end_bus
    return "$status"
}
end_bus() {
    [ -z "$group" ] || kill -KILL -- "-$group" 2>/dev/null || true
    group=
}
