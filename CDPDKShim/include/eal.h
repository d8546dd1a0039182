/* DPDK's environment: its start, and the memory that it keeps. */
#pragma once
#include <stdint.h>

/* rte_eal_init, but the calling thread keeps its affinity, and nobody waits longer than it takes to know
 * the clock. */
int pb_eal_init(int argc, char **argv);

/* Sees to it that the heap of a NUMA node has so many bytes and gives none of them back to the system:
 * what --socket-mem does at the start. 0, or ENOMEM when there are not so many hugepages; then it keeps
 * those it got. Other threads may allocate meanwhile. */
int pb_heap_reserve(int node, uint64_t bytes);
