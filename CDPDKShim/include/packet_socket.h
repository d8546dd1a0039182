/* AF_PACKET sockets: a receive ring shared with the kernel, and bursts of frames to send. */
#pragma once
#include <linux/if_packet.h>
#include <stdint.h>

#include "inline.h"
#include "offload.h"

struct pb_packet_socket {
  int rx, tx;
  uint8_t *ring;
  uint32_t slots, slot_size;
};

/* Opens both directions of the kernel's device `ifindex`, promiscuous. 0 or an errno value. */
int pb_packet_socket_open(int ifindex, uint32_t slots, struct pb_packet_socket *out);
void pb_packet_socket_close(struct pb_packet_socket *socket);

/* The tag that the kernel took out of a frame; tpid 0 for none. */
struct pb_vlan {
  uint16_t tpid, tci;
};

/* A frame too long for its slot, with what the slot would have said: its first `size` bytes, and those
 * behind them. Length of the frame (it may exceed both, then the end is lost), or a negative errno
 * value. */
int64_t pb_packet_socket_receive_long(int rx, struct pb_offload *offload, void *into, uint64_t size,
                                      void *rest, uint64_t rest_size, struct pb_vlan *vlan);

/* Sends up to 64 packets, in order, with what was handed over of them, and frees none. They may have as many
 * buffers beyond their first ones as a burst has that were merged. How many the kernel took. */
#define PB_MERGED_PARTS 64
uint32_t pb_packet_socket_send(int tx, struct rte_mbuf **packets, uint32_t count);

/* The error that makes poll() return, which asking clears; 0 for none. */
int pb_socket_error(int fd);
/* Frames that the kernel dropped since the last call because the ring was full. */
uint32_t pb_packet_socket_drops(int rx);

/* A slot of the ring: the kernel's until its status has PB_SLOT_READY. */
#define PB_SLOT_READY 1u /* TP_STATUS_USER */
#define PB_SLOT_LONG 2u  /* TP_STATUS_COPY: the frame waits on the socket */
PB_INLINE uint32_t pb_slot_status(const uint8_t *slot) {
  return __atomic_load_n(&((const struct tpacket2_hdr *)slot)->tp_status, __ATOMIC_ACQUIRE);
}
PB_INLINE void pb_slot_release(uint8_t *slot) {
  __atomic_store_n(
      &((struct tpacket2_hdr *)slot)->tp_status, TP_STATUS_KERNEL, __ATOMIC_RELEASE);
}
/* Length on the wire, bytes in the slot, where they start. */
PB_INLINE uint32_t pb_slot_length(const uint8_t *slot) {
  return ((const struct tpacket2_hdr *)slot)->tp_len;
}
PB_INLINE uint32_t pb_slot_stored(const uint8_t *slot) {
  return ((const struct tpacket2_hdr *)slot)->tp_snaplen;
}
PB_INLINE uint32_t pb_slot_offset(const uint8_t *slot) {
  return ((const struct tpacket2_hdr *)slot)->tp_mac;
}
PB_INLINE struct pb_vlan pb_vlan_of(uint32_t status, uint16_t tpid, uint16_t tci) {
  struct pb_vlan vlan = {0, 0};
  if (status & TP_STATUS_VLAN_VALID) {
    vlan.tpid = status & TP_STATUS_VLAN_TPID_VALID ? tpid : 0x8100;
    vlan.tci = tci;
  }
  return vlan;
}
PB_INLINE struct pb_vlan pb_slot_vlan(const uint8_t *slot) {
  const struct tpacket2_hdr *h = (const struct tpacket2_hdr *)slot;
  return pb_vlan_of(h->tp_status, h->tp_vlan_tpid, h->tp_vlan_tci);
}
