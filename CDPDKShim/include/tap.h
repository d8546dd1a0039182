/* Tap interfaces of the kernel: system calls with results instead of errno. */
#pragma once
#include <stdint.h>

#include "offload.h"

/* Opens the tap `name` of this network namespace, making it if there is none: non-blocking, whole
 * Ethernet frames behind a struct pb_offload each. It outlives the process until
 * pb_tap_set_persistent(fd, 0). A descriptor, or a negative errno value. */
int pb_tap_open(const char *name);
/* Whether the kernel may leave checksums and segmentation to whoever reads; 0 or an errno value. */
int pb_tap_set_offload(int fd, int on);
/* Whether the tap is still there: here, or moved to another network namespace. */
int pb_tap_exists(int fd);
/* Takes the calling thread into the network namespace that the tap was moved to, and says what it is
 * called there. 0 or an errno value; after 0, pb_netns_return(*home) must follow. */
int pb_tap_visit(int fd, char name[16], int *home);
void pb_netns_return(int home);
int pb_tap_set_persistent(int fd, int persistent);

/* Reads the interface's address; 0, or an errno value when the interface was deleted. It may be in
 * any network namespace. */
int pb_tap_address(int fd, uint8_t address[6]);

/* Reads what the kernel says of a frame, and the frame: into `a`, and what does not fit there into `b`.
 * The frame's length, or a negative errno value. */
int64_t pb_tap_read(int fd, struct pb_offload *offload, void *a, uint64_t a_size, void *b,
                    uint64_t b_size);
/* Writes a packet, of up to PB_TAP_PARTS segments, and what was handed over; 0 or a negative errno value. */
#define PB_TAP_PARTS 64
int64_t pb_tap_write(int fd, const struct rte_mbuf *packet);

/* Replaces `fd` by a descriptor that never becomes readable and refuses writes. */
void pb_silence(int fd);
/* What reading a tap says once the interface is deleted (EBADFD). */
#define PB_EBADFD 77
