#!/bin/bash
# What a patch port refuses, in OVS's words: itself as peer, no peer, any second option. The other
# ports do not notice.
source "$(dirname "$0")/_init.sh"
start_switch
bridge br-ex
bridge br-int
patch br-ex p-ex p-int br-int
host left br-ex 10.0.0.1/24
host right br-int 10.0.0.2/24
reaches left 10.0.0.2

refused() { # WHAT ERROR OPTIONS...
  local what=$1 error=$2
  shift 2
  said=$(ovs-vsctl add-port br-ex p-bad -- set interface p-bad type=patch "$@" 2>&1)
  same "$what" "$error" "$(column interface p-bad error)"
  same "$what: ofport" -1 "$(column interface p-bad ofport)"
  contains "$what: ovs-vsctl says it" "Error detected while setting up 'p-bad': $error" "$said"
  contains "$what: show" "error: \"$error\"" "$(ovs-vsctl show)"
  lacks "$what: no port" p-bad "$(ovs-appctl dpif/show)"
  ovs-vsctl del-port p-bad
}
refused "itself" "p-bad: patch peer must not be self" options:peer=p-bad
refused "nobody" "p-bad: patch type requires valid 'peer' argument" options:foo=bar
refused "nothing" "p-bad: patch type requires valid 'peer' argument"
refused "two options" "p-bad: patch type takes only a 'peer' argument" options:peer=p-int options:foo=bar
reaches left 10.0.0.2
