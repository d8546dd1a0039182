/* Ethdevs of DPDK as control sees them: found or attached by their devargs, set up, read. Every
 * function that can fail returns 0 or a negative errno value. Control thread. */
#pragma once
#include <stdint.h>

struct rte_mempool;

/* The port that matches `devargs`, attached now if it is not there yet. */
int pb_ethdev_attach(const char *devargs, uint16_t *port);
/* Stops and closes the port, and removes its device when no other port belongs to it. */
void pb_ethdev_detach(uint16_t port);

/* Has `body` called with the name of each device that the kernel wants back, on a thread of DPDK that must
 * not wait. Once. */
int pb_dev_watch_removals(void (*body)(void *context, const char *device), void *context);
/* Has `body` called when a link that is not polled came or went, on the same thread; of ports that start
 * after this. */
void pb_ethdev_watch_links(void (*body)(void *context), void *context);

struct pb_ethdev_info {
  char driver[32], bus[16], bus_info[64], device[64];
  int32_t numa_node, ifindex;
  uint16_t max_rx_queues, max_tx_queues, min_mtu, max_mtu;
  uint32_t min_rx_buffer, max_mac_addresses, max_hash_addresses, max_vfs, max_vmdq_pools;
  uint8_t address[6], is_representor;
};
int pb_ethdev_info(uint16_t port, struct pb_ethdev_info *out);

/* Asked for; on return what it became. */
struct pb_ethdev_setup {
  uint16_t rx_queues, tx_queues, rx_descriptors, tx_descriptors, mtu;
  uint8_t tx_offloads; /* bits of PB_TX_* */
  uint8_t link_interrupts;
  uint8_t rx_checksum; /* received packets say whether their checksums are good; for IP, TCP and UDP, or none */
};
/* What a driver finishes before it sends: checksums of TCP and UDP, that of SCTP, segments of TCP. Drivers
 * of real cards want to compute the IP checksum of such a packet as well (PB_TX_IP_CHECKSUM); those of
 * virtio expect it to be there. */
#define PB_TX_CHECKSUM 1u
#define PB_TX_SCTP_CHECKSUM 2u
#define PB_TX_TCP_SEGMENTS 4u
#define PB_TX_IP_CHECKSUM 8u
int pb_ethdev_adjust(uint16_t port, struct pb_ethdev_setup *setup);
/* Configures and starts a stopped port with one pool for all its receive queues. */
int pb_ethdev_start(uint16_t port, const struct pb_ethdev_setup *setup, struct rte_mempool *pool);
/* Takes the link up or down; -ENOTSUP when the device cannot. */
int pb_ethdev_set_link(uint16_t port, int up);
/* PB_PAUSE_*, or a negative errno value. */
int pb_ethdev_flow_control(uint16_t port);
int pb_ethdev_set_flow_control(uint16_t port, int pause, int autonegotiate);
/* Pause frames: those that come are heeded; they are sent. */
#define PB_PAUSE_HEEDED 1
#define PB_PAUSE_SENT 2
int pb_ethdev_set_address(uint16_t port, const uint8_t address[6]);
/* The port of a device that is attached; -ENODEV when there is none. */
int pb_ethdev_find(const char *devargs, uint16_t *port);

struct pb_ethdev_link {
  uint8_t up, full_duplex;
  uint32_t megabits; /* UINT32_MAX: unknown */
};
int pb_ethdev_link(uint16_t port, struct pb_ethdev_link *out);

struct pb_ethdev_errors {
  uint64_t rx_missed, rx_errors, rx_no_buffer, tx_errors;
};
int pb_ethdev_errors(uint16_t port, struct pb_ethdev_errors *out);

#define PB_XSTAT_NAME 64
struct pb_xstat {
  char name[PB_XSTAT_NAME];
  uint64_t value;
};
/* Up to `max` extended statistics; how many, or a negative errno value. */
int pb_ethdev_xstats(uint16_t port, struct pb_xstat *out, uint32_t max);
int pb_ethdev_xstats_count(uint16_t port);

const char *pb_dpdk_version(void);
/* Level of the line that DPDK logs in this moment, on its thread: 1 (emergency) to 8 (debug). */
int pb_log_level(void);
/* The lowest core that this thread may run on. */
int pb_first_core(void);
