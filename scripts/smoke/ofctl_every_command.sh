#!/bin/bash
# Every command of ovs-ofctl(8), at every version of OpenFlow: exit status and text as from Debian's.
# ovs: no, because it is the one compared with
source "$(dirname "$0")/_init.sh"
source "$repository/scripts/smoke/differential/pair.sh"

pair ovs
pair patchbay
compare every_command.py
stop_pair
