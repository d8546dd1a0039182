/* What Swift cannot reach of DPDK by itself: inline functions, over-aligned structs, intrinsics.
 * Static-inline forwards and accessors inline into Swift; kernels (kernels.h) are called through
 * pointers that are chosen when the daemon starts. No policy here. */
#pragma once
#include <rte_config.h>
#include <rte_cycles.h>
#include <rte_eal.h>
#include <rte_errno.h>
#include <rte_ethdev.h>
#include <rte_lcore.h>
#include <rte_malloc.h>
#include <rte_mbuf.h>
#include <rte_version.h>

#include "atomics.h"
#include "eal.h"
#include "ethdev.h"
#include "guest_rings.h"
#include "kernel_device.h"
#include "kernels.h"
#include "mbuf.h"
#include "offload.h"
#include "packet_socket.h"
#include "peer_memory.h"
#include "system.h"
#include "tap.h"
#include "vhost.h"
