#define _GNU_SOURCE
#include "tap.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/if.h>
#include <linux/if_tun.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/timerfd.h>
#include <sys/uio.h>
#include <unistd.h>

int pb_tap_open(const char *name) {
  struct ifreq request = {.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR};
  if (strlen(name) >= sizeof request.ifr_name) return -ENAMETOOLONG;
  strcpy(request.ifr_name, name);
  int fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK | O_CLOEXEC);
  if (fd < 0) return -errno;
  int header = PB_OFFLOAD_SIZE;
  if (ioctl(fd, TUNSETIFF, &request) || ioctl(fd, TUNSETVNETHDRSZ, &header) ||
      ioctl(fd, TUNSETPERSIST, 1)) {
    int error = errno;
    close(fd);
    return -error;
  }
  return fd;
}

int pb_tap_set_offload(int fd, int on) {
  return ioctl(fd, TUNSETOFFLOAD, on ? TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6 : 0) ? errno : 0;
}

int pb_tap_exists(int fd) {
  struct ifreq request;
  return ioctl(fd, TUNGETIFF, &request) == 0;
}

int pb_tap_visit(int fd, char name[16], int *home) {
  struct ifreq request;
  if (ioctl(fd, TUNGETIFF, &request)) return errno;
  memcpy(name, request.ifr_name, 16);
  int there = ioctl(fd, TUNGETDEVNETNS);
  if (there < 0) return errno;
  *home = open("/proc/thread-self/ns/net", O_RDONLY | O_CLOEXEC);
  int error = *home < 0 || setns(there, CLONE_NEWNET) ? errno : 0;
  close(there);
  if (error && *home >= 0) close(*home);
  return error;
}

void pb_netns_return(int home) {
  /* Cannot fail: we came from there. */
  if (setns(home, CLONE_NEWNET)) abort();
  close(home);
}

int pb_tap_set_persistent(int fd, int persistent) {
  return ioctl(fd, TUNSETPERSIST, persistent) ? errno : 0;
}

int pb_tap_address(int fd, uint8_t address[6]) {
  struct ifreq request = {0};
  if (ioctl(fd, SIOCGIFHWADDR, &request)) return errno;
  memcpy(address, request.ifr_hwaddr.sa_data, 6);
  return 0;
}

int64_t pb_tap_read(int fd, struct pb_offload *offload, void *a, uint64_t a_size, void *b,
                    uint64_t b_size) {
  struct iovec parts[] = {{offload, PB_OFFLOAD_SIZE}, {a, a_size}, {b, b_size}};
  ssize_t n = readv(fd, parts, 3);
  return n < 0 ? -errno : n < (ssize_t)PB_OFFLOAD_SIZE ? -EIO : n - (ssize_t)PB_OFFLOAD_SIZE;
}

int64_t pb_tap_write(int fd, const struct rte_mbuf *packet) {
  struct pb_offload offload = pb_mbuf_offload(packet);
  struct iovec parts[1 + PB_TAP_PARTS] = {{&offload, PB_OFFLOAD_SIZE}};
  int n = 1;
  for (; packet && n <= PB_TAP_PARTS; packet = packet->next)
    parts[n++] = (struct iovec){rte_pktmbuf_mtod(packet, void *), packet->data_len};
  return packet ? -EMSGSIZE : writev(fd, parts, n) < 0 ? -errno : 0;
}

void pb_silence(int fd) {
  int timer = timerfd_create(CLOCK_MONOTONIC, TFD_NONBLOCK | TFD_CLOEXEC);
  if (timer < 0) return;
  dup3(timer, fd, O_CLOEXEC);
  close(timer);
}
