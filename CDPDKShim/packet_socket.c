#define _GNU_SOURCE
#include "packet_socket.h"

#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <linux/virtio_net.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#include <rte_mbuf.h>

_Static_assert(sizeof(struct virtio_net_hdr) == sizeof(struct pb_offload), "one layout");
_Static_assert(PB_SLOT_READY == TP_STATUS_USER && PB_SLOT_LONG == TP_STATUS_COPY, "one meaning");
_Static_assert(sizeof(struct pb_offload) == PB_OFFLOAD_SIZE, "one layout");

enum { SLOT = 2048, BLOCK = 65536, LONG_FRAMES = 16 << 20, SEND_BUFFER = 4 << 20, BURST = 64 };

static int set(int fd, int level, int option, int value) {
  return setsockopt(fd, level, option, &value, sizeof value) ? errno : 0;
}

static int bind_to(int fd, int ifindex, uint16_t protocol) {
  struct sockaddr_ll address = {
      .sll_family = AF_PACKET, .sll_ifindex = ifindex, .sll_protocol = htons(protocol)};
  return bind(fd, (struct sockaddr *)&address, sizeof address) ? errno : 0;
}

/* Frames that fit a slot come through the ring. Longer ones (a sender's unsegmented 64 KiB) would
 * need a ring of such slots; PACKET_COPY_THRESH has the kernel queue them on the socket instead. */
static int open_rx(int ifindex, struct pb_packet_socket *s) {
  struct tpacket_req ring = {
      .tp_block_size = BLOCK,
      .tp_block_nr = s->slots / (BLOCK / SLOT),
      .tp_frame_size = SLOT,
      .tp_frame_nr = s->slots};
  struct packet_mreq promiscuous = {.mr_ifindex = ifindex, .mr_type = PACKET_MR_PROMISC};
  int error = 0;
  if ((error = set(s->rx, SOL_PACKET, PACKET_VERSION, TPACKET_V2)) ||
      (error = set(s->rx, SOL_PACKET, PACKET_VNET_HDR, 1)) ||
      (error = set(s->rx, SOL_PACKET, PACKET_IGNORE_OUTGOING, 1)) ||
      (error = set(s->rx, SOL_PACKET, PACKET_AUXDATA, 1)) ||
      (error = set(s->rx, SOL_PACKET, PACKET_COPY_THRESH, 1)))
    return error;
  set(s->rx, SOL_SOCKET, SO_RCVBUFFORCE, LONG_FRAMES);
  if (setsockopt(s->rx, SOL_PACKET, PACKET_RX_RING, &ring, sizeof ring)) return errno;
  void *p = mmap(
      NULL, (size_t)s->slots * SLOT, PROT_READ | PROT_WRITE, MAP_SHARED, s->rx, 0);
  if (p == MAP_FAILED) return errno;
  s->ring = p;
  if ((error = bind_to(s->rx, ifindex, ETH_P_ALL))) return error;
  return setsockopt(
             s->rx, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &promiscuous, sizeof promiscuous)
             ? errno
             : 0;
}

static int open_tx(int ifindex, struct pb_packet_socket *s) {
  set(s->tx, SOL_SOCKET, SO_SNDBUFFORCE, SEND_BUFFER);
  int error = set(s->tx, SOL_PACKET, PACKET_VNET_HDR, 1);
  return error ? error : bind_to(s->tx, ifindex, 0);
}

int pb_packet_socket_open(int ifindex, uint32_t slots, struct pb_packet_socket *s) {
  memset(s, 0, sizeof *s);
  s->slots = (slots + BLOCK / SLOT - 1) & ~(BLOCK / SLOT - 1u);
  s->slot_size = SLOT;
  /* Protocol 0: nothing is received before the socket is bound to the device. */
  s->rx = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  int error = s->rx < 0 ? errno : 0;
  s->tx = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (!error && s->tx < 0) error = errno;
  if (!error) error = open_rx(ifindex, s);
  if (!error) error = open_tx(ifindex, s);
  if (error) pb_packet_socket_close(s);
  return error;
}

void pb_packet_socket_close(struct pb_packet_socket *s) {
  if (s->ring) munmap(s->ring, (size_t)s->slots * s->slot_size);
  if (s->rx >= 0) close(s->rx);
  if (s->tx >= 0) close(s->tx);
  s->ring = NULL;
  s->rx = s->tx = -1;
}

int64_t pb_packet_socket_receive_long(int rx, struct pb_offload *offload, void *into, uint64_t size,
                                      void *rest, uint64_t rest_size, struct pb_vlan *vlan) {
  union {
    struct cmsghdr header;
    char room[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
  } control;
  struct iovec parts[] = {{offload, sizeof *offload}, {into, size}, {rest, rest_size}};
  struct msghdr message = {
      .msg_iov = parts, .msg_iovlen = 3, .msg_control = &control,
      .msg_controllen = sizeof control};
  ssize_t n = recvmsg(rx, &message, MSG_DONTWAIT | MSG_TRUNC);
  if (n < 0) return -errno;
  *vlan = (struct pb_vlan){0, 0};
  for (struct cmsghdr *c = CMSG_FIRSTHDR(&message); c; c = CMSG_NXTHDR(&message, c)) {
    if (c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA) continue;
    struct tpacket_auxdata data;
    memcpy(&data, CMSG_DATA(c), sizeof data);
    *vlan = pb_vlan_of(data.tp_status, data.tp_vlan_tpid, data.tp_vlan_tci);
  }
  return n < (ssize_t)sizeof *offload ? 0 : n - (ssize_t)sizeof *offload;
}

/* A packet's bytes behind its header; where the next one's go. */
static struct iovec *describe(const struct rte_mbuf *m, struct pb_offload *header, struct iovec *part) {
  *header = pb_mbuf_offload(m);
  *part++ = (struct iovec){header, PB_OFFLOAD_SIZE};
  for (; m; m = m->next) *part++ = (struct iovec){rte_pktmbuf_mtod(m, void *), m->data_len};
  return part;
}

uint32_t pb_packet_socket_send(int tx, struct rte_mbuf **packets, uint32_t count) {
  struct mmsghdr messages[BURST];
  struct pb_offload offloads[BURST];
  struct iovec parts[2 * BURST + PB_MERGED_PARTS], *next = parts;
  uint32_t spare = PB_MERGED_PARTS;
  if (count > BURST) count = BURST;
  memset(messages, 0, count * sizeof *messages);
  for (uint32_t i = 0; i < count; i++) {
    uint32_t more = packets[i]->nb_segs - 1u;
    if (more > spare) {
      count = i;
      break;
    }
    spare -= more;
    messages[i].msg_hdr.msg_iov = next;
    next = describe(packets[i], offloads + i, next);
    messages[i].msg_hdr.msg_iovlen = (size_t)(next - messages[i].msg_hdr.msg_iov);
  }
  uint32_t done = 0, sent = 0;
  while (done < count) {
    int n = sendmmsg(tx, messages + done, count - done, MSG_DONTWAIT);
    if (n > 0) {
      done += (uint32_t)n;
      sent += (uint32_t)n;
    } else if (n < 0 && (errno == EAGAIN || errno == ENETDOWN || errno == ENXIO)) {
      break; /* nothing more will go now */
    } else if (!(n < 0 && errno == EINTR)) {
      done++; /* this frame only: too long, or the device's queue dropped it */
    }
  }
  return sent;
}

int pb_socket_error(int fd) {
  int error = 0;
  socklen_t size = sizeof error;
  return getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &size) ? errno : error;
}

uint32_t pb_packet_socket_drops(int rx) {
  struct tpacket_stats s = {0, 0};
  socklen_t size = sizeof s;
  return getsockopt(rx, SOL_PACKET, PACKET_STATISTICS, &s, &size) ? 0 : s.tp_drops;
}
