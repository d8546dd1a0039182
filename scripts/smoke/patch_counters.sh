#!/bin/bash
# What one end of a patch pair sent, the other received: in ovs-ofctl dump-ports and, after a
# statistics interval, in the database.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br-ex
bridge br-int
host left br-ex 10.0.0.1/24
host right br-int 10.0.0.2/24
patch br-ex p-ex p-int br-int
on left ping -n -q -f -c 500 10.0.0.2 >"$tmp/ping"
ovs-appctl revalidator/wait

crossed() { # both directions agree, and nothing is missing
  [ "$(dump_counter br-ex p-ex tx)" = "$(dump_counter br-int p-int rx)" ] &&
    [ "$(dump_counter br-ex p-ex rx)" = "$(dump_counter br-int p-int tx)" ] &&
    [ "$(dump_counter br-ex p-ex tx)" -ge 500 ] && [ "$(dump_counter br-ex p-ex rx)" -ge 500 ]
}
wait_until 10 crossed || fail "$(ovs-ofctl dump-ports br-ex p-ex; ovs-ofctl dump-ports br-int p-int)"
contains "only these are counted" 'drop=\?, errs=\?, frame=\?, over=\?, crc=\?' \
  "$(ovs-ofctl dump-ports br-ex p-ex)"

pushed() {
  [ "$(counter p-ex tx_packets)" -ge 500 ] &&
    [ "$(counter p-ex tx_packets)" = "$(counter p-int rx_packets)" ] &&
    [ "$(counter p-ex tx_bytes)" = "$(counter p-int rx_bytes)" ] &&
    [ "$(counter p-ex rx_packets)" = "$(counter p-int tx_packets)" ]
}
wait_until 15 pushed || fail "$(ovs-vsctl get interface p-ex statistics -- get interface p-int statistics)"
same "and nothing else is" "{rx_bytes=N, rx_packets=N, tx_bytes=N, tx_packets=N}" \
  "$(ovs-vsctl get interface p-ex statistics | sed 's/=[0-9]*/=N/g')"
