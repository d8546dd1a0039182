# shellcheck shell=bash disable=SC2034
# The names that scripts/up makes and scripts/down removes.
rundir=${PATCHBAY_RUNDIR:-/run/patchbay-up}
bridges="br-ex br-int"
address_ex=192.168.77.1
address_int=192.168.77.2
