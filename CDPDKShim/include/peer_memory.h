/* Memory that peers share with DPDK's drivers and libraries (peer_memory.c). */
#pragma once

/* What DPDK's interrupt thread does before it unmaps memory: to return when no thread is any more in a
 * burst that it was in at the call. For the life of the process. */
void pb_before_unmapping(void (*wait)(void *), void *context);
