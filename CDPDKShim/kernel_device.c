#define _GNU_SOURCE
#include "kernel_device.h"

#include <errno.h>
#include <linux/ethtool.h>
#include <linux/if_arp.h>
#include <linux/rtnetlink.h>
#include <linux/sockios.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

_Static_assert(IFNAMSIZ == 16, "the length of a name");

/* Copies a NUL-terminated text of at most `size` - 1 bytes. */
static int copy_text(char *to, size_t size, const void *from, size_t length) {
  size_t n = strnlen(from, length);
  if (n >= size) return ENAMETOOLONG;
  memcpy(to, from, n);
  to[n] = 0;
  return 0;
}

static void take_counters(struct pb_link_counters *c, const struct rtnl_link_stats64 *s) {
  c->rx_errors = s->rx_errors;
  c->rx_dropped = s->rx_dropped;
  c->rx_missed = s->rx_missed_errors;
  c->rx_crc = s->rx_crc_errors;
  c->rx_frame = s->rx_frame_errors;
  c->rx_over = s->rx_over_errors;
  c->multicast = s->multicast;
  c->tx_errors = s->tx_errors;
  c->tx_dropped = s->tx_dropped;
  c->collisions = s->collisions;
}

static void take_attribute(struct pb_link *out, const struct rtattr *a) {
  const void *data = RTA_DATA(a);
  size_t size = RTA_PAYLOAD(a);
  struct rtnl_link_stats64 stats = {0};
  switch (a->rta_type) {
  case IFLA_IFNAME: copy_text(out->name, sizeof out->name, data, size); break;
  case IFLA_MTU:
    if (size >= 4) memcpy(&out->mtu, data, 4);
    break;
  case IFLA_CARRIER_CHANGES:
    if (size >= 4) memcpy(&out->carrier_changes, data, 4);
    break;
  case IFLA_ADDRESS:
    if (size != 6) break;
    memcpy(out->address, data, 6);
    out->has_address = 1;
    break;
  case IFLA_STATS64:
    memcpy(&stats, data, size < sizeof stats ? size : sizeof stats);
    take_counters(&out->counters, &stats);
    break;
  }
}

/* A link out of an RTM_NEWLINK or RTM_DELLINK message. */
static void take_link(struct pb_link *out, const struct nlmsghdr *h) {
  const struct ifinfomsg *info = NLMSG_DATA(h);
  int left = (int)IFLA_PAYLOAD(h);
  memset(out, 0, sizeof *out);
  out->ifindex = info->ifi_index;
  out->admin_up = !!(info->ifi_flags & IFF_UP);
  out->running = !!(info->ifi_flags & IFF_RUNNING);
  for (const struct rtattr *a = IFLA_RTA(info); RTA_OK(a, left); a = RTA_NEXT(a, left))
    take_attribute(out, a);
}

static int is_link(const struct nlmsghdr *h) {
  return (h->nlmsg_type == RTM_NEWLINK || h->nlmsg_type == RTM_DELLINK) &&
         h->nlmsg_len >= NLMSG_LENGTH(sizeof(struct ifinfomsg));
}

/* Only that somebody listens to all frames, for example us: no state that we show. */
static int is_about_listeners(const struct nlmsghdr *h) {
  unsigned changed = ((const struct ifinfomsg *)NLMSG_DATA(h))->ifi_change;
  return changed && !(changed & ~(unsigned)(IFF_PROMISC | IFF_ALLMULTI));
}

static int read_reply(int fd, struct pb_link *out) {
  static _Thread_local _Alignas(struct nlmsghdr) char buffer[32768];
  ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n < 0) return errno;
  const struct nlmsghdr *h = (const struct nlmsghdr *)buffer;
  if (!NLMSG_OK(h, (size_t)n)) return EPROTO;
  if (h->nlmsg_type == NLMSG_ERROR) {
    int error = -((const struct nlmsgerr *)NLMSG_DATA(h))->error;
    return error > 0 ? error : EPROTO;
  }
  if (!is_link(h)) return EPROTO;
  take_link(out, h);
  return 0;
}

int pb_link_read(const char *name, struct pb_link *out) {
  struct {
    struct nlmsghdr header;
    struct ifinfomsg info;
    struct rtattr attribute;
    char name[IFNAMSIZ];
  } request = {
      .header = {.nlmsg_len = sizeof request, .nlmsg_type = RTM_GETLINK,
                 .nlmsg_flags = NLM_F_REQUEST},
      .info = {.ifi_family = AF_UNSPEC},
      .attribute = {.rta_len = sizeof(struct rtattr) + IFNAMSIZ, .rta_type = IFLA_IFNAME}};
  if (copy_text(request.name, sizeof request.name, name, strlen(name))) return ENODEV;
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return errno;
  int error = send(fd, &request, sizeof request, 0) < 0 ? errno : read_reply(fd, out);
  close(fd);
  return error;
}

static int with_device(const char *name, unsigned long what, struct ifreq *request) {
  if (copy_text(request->ifr_name, sizeof request->ifr_name, name, strlen(name))) return ENODEV;
  int fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
  if (fd < 0) return errno;
  int error = ioctl(fd, what, request) ? errno : 0;
  close(fd);
  return error;
}

int pb_link_mode(const char *name, struct pb_link_mode *out) {
  struct ethtool_cmd command = {.cmd = ETHTOOL_GSET};
  struct ifreq request = {.ifr_data = (char *)&command};
  int error = with_device(name, SIOCETHTOOL, &request);
  if (error) return error;
  uint32_t speed = ethtool_cmd_speed(&command);
  *out = (struct pb_link_mode){
      .speed = speed == (uint32_t)SPEED_UNKNOWN || speed == UINT16_MAX ? 0 : speed,
      .full_duplex = command.duplex == DUPLEX_UNKNOWN ? -1 : command.duplex == DUPLEX_FULL,
      .copper = command.port == PORT_TP,
      .fiber = command.port == PORT_FIBRE,
      .autonegotiates = command.autoneg == AUTONEG_ENABLE,
  };
  return 0;
}

int pb_link_driver(const char *name, struct pb_link_driver *out) {
  struct ethtool_drvinfo info = {.cmd = ETHTOOL_GDRVINFO};
  struct ifreq request = {.ifr_data = (char *)&info};
  int error = with_device(name, SIOCETHTOOL, &request);
  if (error) return error;
  memset(out, 0, sizeof *out);
  memcpy(out->name, info.driver, sizeof out->name - 1);
  memcpy(out->version, info.version, sizeof out->version - 1);
  memcpy(out->firmware, info.fw_version, sizeof out->firmware - 1);
  return 0;
}

int pb_link_set_mtu(const char *name, int mtu) {
  struct ifreq request = {.ifr_mtu = mtu};
  return with_device(name, SIOCSIFMTU, &request);
}

int pb_link_set_address(const char *name, const uint8_t *address) {
  struct ifreq request = {.ifr_hwaddr = {.sa_family = ARPHRD_ETHER}};
  memcpy(request.ifr_hwaddr.sa_data, address, 6);
  return with_device(name, SIOCSIFHWADDR, &request);
}

int pb_link_set_up(const char *name, int up) {
  struct ifreq request = {0};
  int error = with_device(name, SIOCGIFFLAGS, &request);
  if (error) return error;
  short flags = (short)(up ? request.ifr_flags | IFF_UP : request.ifr_flags & ~IFF_UP);
  if (flags == request.ifr_flags) return 0;
  request.ifr_flags = flags;
  return with_device(name, SIOCSIFFLAGS, &request);
}

int pb_link_monitor_open(void) {
  struct sockaddr_nl address = {.nl_family = AF_NETLINK, .nl_groups = RTMGRP_LINK};
  int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
  if (fd < 0) return -errno;
  if (!bind(fd, (struct sockaddr *)&address, sizeof address)) return fd;
  int error = errno;
  close(fd);
  return -error;
}

int pb_link_monitor_next(int fd, char (*names)[16], int max) {
  _Alignas(struct nlmsghdr) char buffer[32768];
  ssize_t n = recv(fd, buffer, sizeof buffer, 0);
  if (n < 0) return errno == ENOBUFS ? -1 : errno == EINTR ? 0 : -errno - 1;
  int count = 0;
  size_t left = (size_t)n;
  for (struct nlmsghdr *h = (struct nlmsghdr *)buffer; NLMSG_OK(h, left) && count < max;
       h = NLMSG_NEXT(h, left)) {
    struct pb_link link;
    if (!is_link(h) || is_about_listeners(h)) continue;
    take_link(&link, h);
    memcpy(names[count++], link.name, sizeof link.name);
  }
  return count;
}
