# shellcheck shell=bash
# Sourced by scenarios that install the package: a Debian root that a scenario may change as it likes. It
# is this machine's own / under an overlay in memory, with openvswitch-switch as apt installed it and no
# database, log or policy of this machine. Needs _init.sh.
# shellcheck disable=SC2154 # tmp and repository are its

root=$tmp/root
# The programs of the root know nothing of the scenario's directories.
clean=(env -i "PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin" HOME=/root TERM=dumb DEBIAN_FRONTEND=noninteractive)

fresh_root() {
  mkdir -p "$tmp/overlay" "$root"
  mount -t tmpfs tmpfs "$tmp/overlay"
  mkdir "$tmp/overlay/"{upper,work}
  mount -t overlay overlay -o "lowerdir=/,upperdir=$tmp/overlay/upper,workdir=$tmp/overlay/work" "$root"
  rm -rf "$root"/etc/openvswitch/* "$root"/etc/openvswitch/.conf* "$root"/var/lib/openvswitch/* \
    "$root"/var/log/openvswitch/* "$root/usr/sbin/policy-rc.d"
  mount -t proc proc "$root/proc"
  mount -t sysfs -o ro sysfs "$root/sys"
  mount -t tmpfs -o mode=755 tmpfs "$root/run"
  mount -t tmpfs tmpfs "$root/tmp"
  devices
  # The tools beside the root find the switch in it.
  export OVS_RUNDIR=$root/run/openvswitch OVS_LOGDIR=$root/var/log/openvswitch
  same "the alternative before" /usr/lib/openvswitch-switch/ovs-vswitchd "$(alternative)"
}
devices() {
  local name
  mount -t tmpfs -o mode=755 tmpfs "$root/dev"
  mkdir -p "$root/dev/"{net,pts,hugepages,shm}
  for name in null zero full random urandom tty net/tun; do
    touch "$root/dev/$name"
    mount --bind "/dev/$name" "$root/dev/$name"
  done
  mount -t devpts -o newinstance,ptmxmode=0666 devpts "$root/dev/pts"
  ln -s pts/ptmx "$root/dev/ptmx"
}

# inside COMMAND...: in the root.
inside() { chroot "$root" "${clean[@]}" "$@"; }
alternative() { chroot "$root" readlink -f /usr/sbin/ovs-vswitchd; }

# make_package: puts it into the root as /srv/patchbay.deb. Scenarios share one, made of what there is.
make_package() {
  local place=$repository/.build-smoke/package package
  mkdir -p "$place"
  exec 9>"$place/lock"
  flock 9
  package=$(find "$place" -name '*.deb')
  if [ -z "$package" ] || [ -n "$(find "$repository"/{.build/release/patchbay{,d},hugepages.conf,scripts/package{,.d},scripts/hugepages,scripts/bind-nic} -newer "$package")" ]; then
    rm -f "$place"/*.deb
    "$repository/scripts/package" --no-build "$place" >"$tmp/package.log" 2>&1 || fail "$(cat "$tmp/package.log")"
  fi
  cp "$place"/*.deb "$root/srv/patchbay.deb"
  exec 9>&-
}

# boot_root: the root's own systemd as its first process, with no more than the basic units, in a group
# of processes of its own. The network stays the scenario's. False: no cgroup2 here.
boot_root() {
  mkdir -p "$tmp/cgroup"
  mount -t cgroup2 cgroup2 "$tmp/cgroup" 2>/dev/null || return 1
  cgroup=$tmp/cgroup/patchbay-smoke-$$-$RANDOM
  mkdir "$cgroup" || return 1
  trap 'status=$?; set +e; trap - ERR; halt_root; (exit $status); finish' EXIT
  local name
  # What is about the machine is none of the root's business.
  for name in systemd-{sysctl,timesyncd,binfmt,modules-load}.service {apt-daily,apt-daily-upgrade,man-db}.timer; do
    ln -sf /dev/null "$root/etc/systemd/system/$name"
  done
  # shellcheck disable=SC2016 # the inner shell expands
  (
    echo "$BASHPID" >"$cgroup/cgroup.procs"
    exec unshare --mount --pid --uts --ipc --cgroup --fork --kill-child \
      bash -c 'cd "$0" && mount -t proc proc proc && mount -t cgroup2 cgroup2 sys/fs/cgroup &&
        pivot_root . mnt && umount -l /mnt && exec "$@"' "$root" \
      "${clean[@]}" container=patchbay-smoke /lib/systemd/systemd --log-target=console --unit=basic.target
  ) >"$tmp/systemd.log" 2>&1 </dev/null &
  unshare_pid=$!
  disown
  wait_until 10 first_process
  inside() {
    nsenter --target "$(first_process)" --mount --pid --uts --ipc --cgroup --root --wd=/ "${clean[@]}" "$@"
  }
  wait_until 60 is_up || fail "systemd did not start: $(tail -n 20 "$tmp/systemd.log")"
}
first_process() { grep . "/proc/$unshare_pid/task/$unshare_pid/children" | tr -d ' '; }
is_up() { inside systemctl is-active basic.target; }
halt_root() {
  if [ -n "${unshare_pid:-}" ]; then kill -KILL "$(first_process)" "$unshare_pid" || true; fi
  wait_until 5 cgroup_removed || true
}
cgroup_removed() { find "$cgroup" -depth -type d -exec rmdir {} + && [ ! -e "$cgroup" ]; }
