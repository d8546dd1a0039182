#!/bin/bash
# Types that do not exist (any more) and devices that are not there: the error is in that port's
# row, ovs-vsctl says so, and everybody else works.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br0
host h1 br0 10.0.0.1/24
host h2 br0 10.0.0.2/24

refused() { # TYPE ERROR-PATTERN
  said=$(ovs-vsctl add-port br0 bad -- set interface bad type="$1" 2>&1)
  contains "$1" "$2" "$(column interface bad error)"
  contains "$1: ovs-vsctl" "Error detected while setting up 'bad': .*  See ovs-vswitchd log" "$said"
  same "$1: ofport" -1 "$(column interface bad ofport)"
  reaches h1 10.0.0.2 -c 1
  ovs-vsctl del-port bad
}
gone='(Address family not supported by protocol|was removed)'
refused nosuchtype 'could not open network device bad \(Address family not supported by protocol\)'
refused dpdkr "$gone"
if ours; then
  refused lisp "$gone"
  refused stt "$gone"
fi
refused '""' 'could not open network device bad \(No such device\)'

# A device appears later, and goes away; the others do not mind.
ovs-vsctl add-port br0 late 2>/dev/null || true
ip link add late type veth peer name late-peer
becomes 5 "[]" ovs-vsctl get interface late error
within "its ofport" 1 65279 "$(column interface late ofport)"
ip link del late
reaches h1 10.0.0.2
