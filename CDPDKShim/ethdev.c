/* rte_devargs_reset is marked experimental (the alternative is a leak), and so are the events of devices. */
#define ALLOW_EXPERIMENTAL_API
#define _GNU_SOURCE
#include "ethdev.h"

#include <errno.h>
#include <sched.h>
#include <stdio.h>
#include <string.h>

#include <rte_bus.h>
#include <rte_dev.h>
#include <rte_devargs.h>
#include <rte_ethdev.h>
#include <rte_log.h>
#include <rte_version.h>

static int find(const char *devargs, uint16_t *port) {
  struct rte_dev_iterator iterator;
  uint16_t id;
  RTE_ETH_FOREACH_MATCHING_DEV(id, devargs, &iterator) {
    rte_eth_iterator_cleanup(&iterator);
    *port = id;
    return 0;
  }
  return -ENODEV;
}

/* Whether every one of ",key=value,..." has its value: drivers crash on a key alone. Commas between
 * brackets do not count. */
static int keys_have_values(const char *arguments) {
  int depth = 0, value = 1;
  for (const char *c = arguments; *c; c++) {
    if (*c == '[') depth++;
    if (*c == ']') depth--;
    if (*c == '=') value = 1;
    if (*c != ',' || depth > 0) continue;
    if (!value) return 0;
    value = 0;
  }
  return value;
}

/* Whether it is safe to probe this: DPDK crashes on texts that name no device, or none of a bus. A
 * device's name is a PCI address or a virtual device's driver and number. */
static int names_a_device(const char *devargs) {
  static const char letters[] =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789:._-";
  struct rte_devargs parsed;
  size_t length = strspn(devargs, letters);
  if (!length || length >= RTE_DEV_NAME_MAX_LEN || (devargs[length] && devargs[length] != ','))
    return 0;
  if (!keys_have_values(devargs + length)) return 0;
  memset(&parsed, 0, sizeof parsed);
  int known = rte_devargs_parse(&parsed, devargs) == 0 && parsed.bus && parsed.name[0];
  rte_devargs_reset(&parsed);
  return known;
}

int pb_ethdev_attach(const char *devargs, uint16_t *port) {
  int by_class = strncmp(devargs, "class=eth,mac=", 14) == 0;
  if (!by_class && !names_a_device(devargs)) return -ENODEV;
  if (!find(devargs, port)) return 0;
  if (by_class) return -ENODEV;
  int error = rte_dev_probe(devargs);
  return error < 0 ? error : find(devargs, port);
}

void pb_ethdev_detach(uint16_t port) {
  struct rte_eth_dev_info info;
  uint16_t sibling;
  int known = rte_eth_dev_info_get(port, &info) == 0;
  rte_eth_dev_stop(port);
  rte_eth_dev_close(port);
  if (!known || !info.device) return;
  RTE_ETH_FOREACH_DEV_OF(sibling, info.device) return;
  rte_dev_remove(info.device);
}

static void (*removal_body)(void *context, const char *device);

static void on_device_event(const char *device, enum rte_dev_event_type event, void *context) {
  if (event == RTE_DEV_EVENT_REMOVE) removal_body(context, device);
}

int pb_dev_watch_removals(void (*body)(void *context, const char *device), void *context) {
  removal_body = body;
  return rte_dev_event_callback_register(NULL, on_device_event, context);
}

static void (*links_body)(void *context);
static void *links_context;

static int on_link_event(uint16_t port, enum rte_eth_event_type event, void *context, void *unused) {
  (void)port, (void)event, (void)unused;
  if (links_body) links_body(context);
  return 0;
}

void pb_ethdev_watch_links(void (*body)(void *context), void *context) {
  links_body = body;
  links_context = context;
}

int pb_ethdev_info(uint16_t port, struct pb_ethdev_info *out) {
  struct rte_eth_dev_info info;
  struct rte_ether_addr address;
  int error = rte_eth_dev_info_get(port, &info);
  if (!error) error = rte_eth_macaddr_get(port, &address);
  if (error) return error;
  memset(out, 0, sizeof *out);
  snprintf(out->driver, sizeof out->driver, "%s", info.driver_name ? info.driver_name : "");
  if (info.device) {
    const char *more = rte_dev_bus_info(info.device);
    snprintf(out->bus, sizeof out->bus, "%s", rte_bus_name(rte_dev_bus(info.device)));
    snprintf(out->bus_info, sizeof out->bus_info, "%s", more ? more : "");
    snprintf(out->device, sizeof out->device, "%s", rte_dev_name(info.device));
  }
  out->numa_node = rte_eth_dev_socket_id(port);
  out->ifindex = (int32_t)info.if_index;
  out->max_rx_queues = info.max_rx_queues;
  out->max_tx_queues = info.max_tx_queues;
  out->min_mtu = info.min_mtu;
  out->max_mtu = info.max_mtu;
  out->min_rx_buffer = info.min_rx_bufsize;
  out->max_mac_addresses = info.max_mac_addrs;
  out->max_hash_addresses = info.max_hash_mac_addrs;
  out->max_vfs = info.max_vfs;
  out->max_vmdq_pools = info.max_vmdq_pools;
  memcpy(out->address, address.addr_bytes, 6);
  out->is_representor = (*info.dev_flags & RTE_ETH_DEV_REPRESENTOR) != 0;
  return 0;
}

static uint16_t at_most(uint16_t wanted, uint16_t limit) {
  return limit && wanted > limit ? limit : wanted;
}

/* The offloads behind each bit: all of them, or none. */
static const struct {
  uint8_t bit;
  uint64_t offloads;
} tx_offloads[] = {
    {PB_TX_CHECKSUM, RTE_ETH_TX_OFFLOAD_TCP_CKSUM | RTE_ETH_TX_OFFLOAD_UDP_CKSUM},
    {PB_TX_SCTP_CHECKSUM, RTE_ETH_TX_OFFLOAD_SCTP_CKSUM},
    {PB_TX_TCP_SEGMENTS, RTE_ETH_TX_OFFLOAD_TCP_TSO | RTE_ETH_TX_OFFLOAD_TCP_CKSUM},
    {PB_TX_IP_CHECKSUM, RTE_ETH_TX_OFFLOAD_IPV4_CKSUM},
};
enum { TX_OFFLOADS = sizeof tx_offloads / sizeof *tx_offloads };

static const uint64_t rx_checksum =
    RTE_ETH_RX_OFFLOAD_IPV4_CKSUM | RTE_ETH_RX_OFFLOAD_TCP_CKSUM | RTE_ETH_RX_OFFLOAD_UDP_CKSUM;

/* Whether a driver may be given long packets to cut: it computes the IP checksum as well, or is one that
 * does without. vmxnet3 would seem to, and nothing of a long packet in one buffer arrives. */
static int cuts_tcp(const struct rte_eth_dev_info *info) {
  return info->tx_offload_capa & RTE_ETH_TX_OFFLOAD_IPV4_CKSUM ||
         (info->driver_name && !strncmp(info->driver_name, "net_virtio", 10));
}

int pb_ethdev_adjust(uint16_t port, struct pb_ethdev_setup *s) {
  struct rte_eth_dev_info info;
  int error = rte_eth_dev_info_get(port, &info);
  if (error) return error;
  s->rx_queues = at_most(s->rx_queues, info.max_rx_queues);
  s->tx_queues = at_most(s->tx_queues, info.max_tx_queues);
  for (int i = 0; i < TX_OFFLOADS; i++)
    if (tx_offloads[i].offloads & ~info.tx_offload_capa) s->tx_offloads &= ~tx_offloads[i].bit;
  if (!cuts_tcp(&info)) s->tx_offloads &= (uint8_t)~PB_TX_TCP_SEGMENTS;
  if (rx_checksum & ~info.rx_offload_capa) s->rx_checksum = 0;
  if (!(*info.dev_flags & RTE_ETH_DEV_INTR_LSC)) s->link_interrupts = 0;
  return rte_eth_dev_adjust_nb_rx_tx_desc(port, &s->rx_descriptors, &s->tx_descriptors);
}

static int configure(uint16_t port, const struct pb_ethdev_setup *s) {
  struct rte_eth_dev_info info;
  struct rte_eth_conf conf = {.rxmode.mtu = s->mtu, .intr_conf.lsc = s->link_interrupts};
  int error = rte_eth_dev_info_get(port, &info);
  if (error) return error;
  for (int i = 0; i < TX_OFFLOADS; i++)
    if (s->tx_offloads & tx_offloads[i].bit) conf.txmode.offloads |= tx_offloads[i].offloads;
  if (s->rx_checksum) conf.rxmode.offloads |= rx_checksum;
  uint64_t spread = RTE_ETH_RSS_IP | RTE_ETH_RSS_UDP | RTE_ETH_RSS_TCP;
  if (s->rx_queues > 1 && (spread &= info.flow_type_rss_offloads)) {
    conf.rxmode.mq_mode = RTE_ETH_MQ_RX_RSS;
    conf.rx_adv_conf.rss_conf.rss_hf = spread;
  }
  return rte_eth_dev_configure(port, s->rx_queues, s->tx_queues, &conf);
}

int pb_ethdev_start(uint16_t port, const struct pb_ethdev_setup *s, struct rte_mempool *pool) {
  int node = rte_eth_dev_socket_id(port);
  int error = configure(port, s);
  for (uint16_t q = 0; !error && q < s->tx_queues; q++)
    error = rte_eth_tx_queue_setup(port, q, s->tx_descriptors, (unsigned)node, NULL);
  for (uint16_t q = 0; !error && q < s->rx_queues; q++)
    error = rte_eth_rx_queue_setup(port, q, s->rx_descriptors, (unsigned)node, NULL, pool);
  /* Of each port when it is there: a new one has forgotten what was registered for all. */
  if (!error && s->link_interrupts)
    error = rte_eth_dev_callback_register(port, RTE_ETH_EVENT_INTR_LSC, on_link_event, links_context);
  if (!error) error = rte_eth_dev_start(port);
  if (error) return error;
  /* Devices that always are promiscuous may refuse to become it. */
  rte_eth_promiscuous_enable(port);
  rte_eth_allmulticast_enable(port);
  return 0;
}

int pb_ethdev_set_link(uint16_t port, int up) {
  return up ? rte_eth_dev_set_link_up(port) : rte_eth_dev_set_link_down(port);
}

static const enum rte_eth_fc_mode pauses[] = {
    [0] = RTE_ETH_FC_NONE,
    [PB_PAUSE_HEEDED] = RTE_ETH_FC_RX_PAUSE,
    [PB_PAUSE_SENT] = RTE_ETH_FC_TX_PAUSE,
    [PB_PAUSE_HEEDED | PB_PAUSE_SENT] = RTE_ETH_FC_FULL,
};

int pb_ethdev_flow_control(uint16_t port) {
  struct rte_eth_fc_conf conf;
  memset(&conf, 0, sizeof conf);
  int error = rte_eth_dev_flow_ctrl_get(port, &conf);
  for (int i = 0; !error && i < 4; i++)
    if (pauses[i] == conf.mode) return i;
  return error ? error : -EINVAL;
}

int pb_ethdev_set_flow_control(uint16_t port, int pause, int autonegotiate) {
  struct rte_eth_fc_conf conf;
  memset(&conf, 0, sizeof conf);
  int error = rte_eth_dev_flow_ctrl_get(port, &conf);
  if (error || (conf.mode == pauses[pause & 3] && conf.autoneg == autonegotiate)) return error;
  conf.mode = pauses[pause & 3];
  conf.autoneg = (uint8_t)autonegotiate;
  return rte_eth_dev_flow_ctrl_set(port, &conf);
}

int pb_ethdev_set_address(uint16_t port, const uint8_t address[6]) {
  struct rte_ether_addr new;
  memcpy(new.addr_bytes, address, 6);
  return rte_eth_dev_default_mac_addr_set(port, &new);
}

int pb_ethdev_find(const char *devargs, uint16_t *port) {
  return names_a_device(devargs) ? find(devargs, port) : -ENODEV;
}

int pb_ethdev_link(uint16_t port, struct pb_ethdev_link *out) {
  struct rte_eth_link link;
  memset(&link, 0, sizeof link);
  int error = rte_eth_link_get_nowait(port, &link);
  out->up = link.link_status == RTE_ETH_LINK_UP;
  out->full_duplex = link.link_duplex == RTE_ETH_LINK_FULL_DUPLEX;
  out->megabits = link.link_speed;
  return error;
}

int pb_ethdev_errors(uint16_t port, struct pb_ethdev_errors *out) {
  struct rte_eth_stats stats;
  memset(&stats, 0, sizeof stats);
  int error = rte_eth_stats_get(port, &stats);
  out->rx_missed = stats.imissed;
  out->rx_errors = stats.ierrors;
  out->rx_no_buffer = stats.rx_nombuf;
  out->tx_errors = stats.oerrors;
  return error;
}

int pb_ethdev_xstats_count(uint16_t port) { return rte_eth_xstats_get_names(port, NULL, 0); }

int pb_ethdev_xstats(uint16_t port, struct pb_xstat *out, uint32_t max) {
  struct rte_eth_xstat_name name[max ? max : 1];
  struct rte_eth_xstat value[max ? max : 1];
  int n = rte_eth_xstats_get_names(port, name, max);
  int m = rte_eth_xstats_get(port, value, max);
  if (n < 0 || m < 0) return n < 0 ? n : m;
  if ((uint32_t)n > max || (uint32_t)m > max) return -E2BIG;
  int count = 0;
  for (int i = 0; i < m; i++) {
    if (value[i].id >= (uint64_t)n) continue;
    memcpy(out[count].name, name[value[i].id].name, PB_XSTAT_NAME);
    out[count++].value = value[i].value;
  }
  return count;
}

const char *pb_dpdk_version(void) { return rte_version(); }
int pb_log_level(void) { return rte_log_cur_msg_loglevel(); }

int pb_first_core(void) {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set)) return 0;
  for (int core = 0; core < CPU_SETSIZE; core++)
    if (CPU_ISSET(core, &set)) return core;
  return 0;
}
