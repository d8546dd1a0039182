/* Network devices of the kernel as control sees them: rtnetlink and ethtool. */
#pragma once
#include <stdint.h>

#include "inline.h"

struct pb_link_counters {
  uint64_t rx_errors, rx_dropped, rx_missed, rx_crc, rx_frame, rx_over, multicast;
  uint64_t tx_errors, tx_dropped, collisions;
};

struct pb_link {
  int32_t ifindex;
  uint32_t mtu, carrier_changes;
  uint8_t admin_up, running, has_address;
  uint8_t address[6];
  char name[16];
  struct pb_link_counters counters;
};

/* Reads the device `name`. 0 or an errno value (ENODEV when there is none). */
int pb_link_read(const char *name, struct pb_link *out);

struct pb_link_mode {
  /* Mb/s, or 0 when the device does not say. */
  uint32_t speed;
  /* 1, 0, or -1 for unknown. */
  int full_duplex;
  uint8_t copper, fiber, autonegotiates;
};
/* 0, or an errno value of a device that has no such thing as a speed. */
int pb_link_mode(const char *name, struct pb_link_mode *out);

struct pb_link_driver {
  char name[32], version[32], firmware[32];
};
int pb_link_driver(const char *name, struct pb_link_driver *out);

/* 0 or an errno value. */
int pb_link_set_mtu(const char *name, int mtu);
int pb_link_set_address(const char *name, const uint8_t *address);
int pb_link_set_up(const char *name, int up);

/* A socket that hears of every link that comes, changes or goes; or a negative errno value. */
int pb_link_monitor_open(void);
/* Waits for messages and writes up to `max` names of links that they are about. How many; -1 when
 * messages were lost; a smaller number is minus an errno value, less one. */
int pb_link_monitor_next(int fd, char (*names)[16], int max);
