#!/bin/bash
# The daemon's command line is ovs-vswitchd's: version, help, errors, exit codes, sockets.
source "$(dirname "$0")/_init.sh"
daemon() { (exec -a ovs-vswitchd "$(daemon_path "$SWITCH")" "$@"); }
same "-V" "ovs-vswitchd (Open vSwitch) 3.1.0" "$(daemon -V | head -1)"
help=$(daemon --help)
for option in --private-key=FILE --certificate=FILE --ca-cert=FILE --bootstrap-ca-cert=FILE --detach \
  --monitor --user=username --no-chdir --pidfile --overwrite-pidfile --verbose --log-file \
  --syslog-target=HOST:PORT --unixctl=SOCKET --version; do
  contains "--help" "$option" "$help"
done
contains "usage" '^usage: ovs-vswitchd \[OPTIONS\] \[DATABASE\]$' "$help"
contains "unknown" "^(.*/)?ovs-vswitchd: unrecognized option '--nosuch'\$" "$(fails daemon --nosuch)"
contains "too many" 'ovs-vswitchd: at most one non-option argument accepted; use --help for usage' "$(fails daemon a b)"

start_database
ovs-vsctl --no-wait init
start_daemon "$SWITCH" --unixctl="$tmp/own.ctl" --mlockall --monitor
same "own control socket" "ovs-vswitchd (Open vSwitch) 3.1.0" "$(ovs-appctl -t "$tmp/own.ctl" version | head -n 1)"
ovs-vsctl --timeout=20 add-br br0 -- set bridge br0 datapath_type=netdev

# --monitor starts it again after a crash, on the same pid file.
old=$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")
kill -SEGV "$old"
new() { running "$OVS_RUNDIR/ovs-vswitchd.pid" && [ "$(cat "$OVS_RUNDIR/ovs-vswitchd.pid")" != "$old" ]; }
wait_until 20 new || fail "not started again"
ovs-vsctl --timeout=20 add-br br1 -- set bridge br1 datapath_type=netdev
same "bridges" "br0 br1" "$(ovs-appctl -t "$tmp/own.ctl" ofproto/list | sort | xargs)"
