/* Traffic for scripts/bench-bounds: several streams out of one thread, and what comes back of them.
 *
 * usage: traffic EAL-ARGUMENT... -- SECONDS STREAM...
 * A STREAM is PORT:KIND:RATE[:ON:OFF]; RATE in packets per second, 0 for as many as the port takes;
 * ON and OFF in milliseconds make it pause. KIND is
 *   probe    frames with the time in them, UDP to port 7; what comes back on any port is measured
 *   random   UDP frames of random addresses and ports
 *   FILE     the frames of a capture, over and over
 * Prints a line per stream (packets that the port took, per second), and one for the probes: sent,
 * received, and percentiles of the latency in microseconds. Probes that were on their way while this
 * thread itself was not running (10 us and more between two rounds) are not measured, only counted. */
#include <rte_eal.h>
#include <rte_ethdev.h>
#include <rte_mbuf.h>

#define BURST 32
#define STREAMS 8
#define MAX_FRAMES 300000
#define SAMPLES (1 << 22)
#define AWAY_US 10

struct frame { uint16_t length; uint8_t data[1518]; };
struct stream {
  uint16_t port;
  enum { PROBE, RANDOM, CAPTURE } kind;
  double rate;
  unsigned on, off;
  struct frame *frames;
  unsigned count, next;
  uint64_t sent;
  double due;
};

static struct stream streams[STREAMS];
static unsigned stream_count;
static struct rte_mempool *pool;
static uint64_t random_state = 88172645463325252ull, hz, ignore_before;
static uint64_t probes_received, probes_measured;
static float *latency;

static const uint8_t plain[60] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 8, 0, 0x45, 0, 0, 46, 0, 0, 0, 0,
                                  64, 17, 0, 0, 10, 0, 0, 1, 10, 192, 0, 2, 4, 0, 0, 7, 0, 26};

static uint64_t next_random(void) {
  random_state ^= random_state << 13;
  random_state ^= random_state >> 7;
  return random_state ^= random_state << 17;
}

static void load(struct stream *s, const char *path) {
  FILE *f = fopen(path, "rb");
  uint32_t head[6], record[4];
  if (!f || fread(head, sizeof head, 1, f) != 1) rte_exit(1, "cannot read %s\n", path);
  s->frames = malloc(MAX_FRAMES * sizeof *s->frames);
  while (s->count < MAX_FRAMES && fread(record, sizeof record, 1, f) == 1) {
    struct frame *frame = s->frames + s->count++;
    frame->length = (uint16_t)record[2];
    if (record[2] > sizeof frame->data || fread(frame->data, record[2], 1, f) != 1) break;
  }
  fclose(f);
}

static void parse(char *text) {
  struct stream *s = streams + stream_count++;
  char *port = strtok(text, ":"), *kind = strtok(NULL, ":"), *rate = strtok(NULL, ":");
  char *on = strtok(NULL, ":"), *off = strtok(NULL, ":");
  if (!rate) rte_exit(1, "PORT:KIND:RATE\n");
  s->port = (uint16_t)atoi(port);
  s->rate = atof(rate);
  s->on = on ? (unsigned)atoi(on) : 0;
  s->off = off ? (unsigned)atoi(off) : 0;
  s->kind = !strcmp(kind, "probe") ? PROBE : !strcmp(kind, "random") ? RANDOM : CAPTURE;
  if (s->kind == CAPTURE) load(s, kind);
}

static void fill(struct stream *s, struct rte_mbuf *m) {
  uint8_t *data = rte_pktmbuf_mtod(m, uint8_t *);
  if (s->kind == CAPTURE) {
    struct frame *frame = s->frames + s->next++ % s->count;
    memcpy(data, frame->data, frame->length);
    m->data_len = frame->length;
  } else {
    memcpy(data, plain, sizeof plain);
    m->data_len = sizeof plain;
    uint64_t word = s->kind == PROBE ? rte_rdtsc() : next_random();
    if (s->kind == PROBE) {
      memcpy(data + 42, &word, 8);
    } else {
      memcpy(data + 27, &word, 3);               /* source address */
      memcpy(data + 34, (uint8_t *)&word + 4, 4); /* ports */
    }
  }
  m->pkt_len = m->data_len;
}

static void emit(struct stream *s, double now) {
  struct rte_mbuf *burst[BURST];
  unsigned wanted = BURST;
  if (s->off && (unsigned)(now * 1000) % (s->on + s->off) >= s->on) {
    s->due = now;
    return;
  }
  if (s->rate > 0) {
    if (now < s->due) return;
    wanted = RTE_MIN((unsigned)((now - s->due) * s->rate) + 1, s->kind == PROBE ? 1u : BURST);
    s->due = RTE_MAX(s->due + wanted / s->rate, now - 0.001);
  }
  if (rte_pktmbuf_alloc_bulk(pool, burst, wanted)) return;
  for (unsigned i = 0; i < wanted; i++) fill(s, burst[i]);
  unsigned sent = rte_eth_tx_burst(s->port, 0, burst, (uint16_t)wanted);
  s->sent += sent;
  rte_pktmbuf_free_bulk(burst + sent, wanted - sent);
}

static void receive(uint16_t port) {
  struct rte_mbuf *burst[BURST];
  unsigned n = rte_eth_rx_burst(port, 0, burst, BURST / 2);
  n += rte_eth_rx_burst(port, 1, burst + n, BURST / 2);
  uint64_t now = rte_rdtsc(), stamp;
  for (unsigned i = 0; i < n; i++) {
    uint8_t *data = rte_pktmbuf_mtod(burst[i], uint8_t *);
    if (burst[i]->data_len < 50 || memcmp(data + 34, plain + 34, 4)) continue;
    probes_received++;
    memcpy(&stamp, data + 42, 8);
    if (stamp >= ignore_before && probes_measured < SAMPLES) {
      latency[probes_measured++] = (float)((double)(now - stamp) * 1e6 / (double)hz);
    }
  }
  rte_pktmbuf_free_bulk(burst, n);
}

static int compare(const void *a, const void *b) {
  float x = *(const float *)a, y = *(const float *)b;
  return (x > y) - (x < y);
}

static void open_port(uint16_t port) {
  struct rte_eth_conf conf = {0};
  /* A switch has a queue per thread to send on, and a second thread besides the PMD thread. */
  if (rte_eth_dev_configure(port, 2, 1, &conf) ||
      rte_eth_rx_queue_setup(port, 0, 1024, 0, NULL, pool) ||
      rte_eth_rx_queue_setup(port, 1, 1024, 0, NULL, pool) ||
      rte_eth_tx_queue_setup(port, 0, 1024, 0, NULL) || rte_eth_dev_start(port))
    rte_exit(1, "port %u does not start\n", port);
}

static void report(double seconds) {
  for (unsigned i = 0; i < stream_count; i++)
    printf("stream %u: %.0f packets/s\n", i, (double)streams[i].sent / seconds);
  uint64_t sent = 0;
  for (unsigned i = 0; i < stream_count; i++) if (streams[i].kind == PROBE) sent += streams[i].sent;
  qsort(latency, probes_measured, sizeof *latency, compare);
  printf("probes: sent %lu received %lu measured %lu", sent, probes_received, probes_measured);
  const double at[] = {0.5, 0.99, 0.999, 0.9999, 1};
  for (unsigned i = 0; i < 5 && probes_measured; i++) {
    uint64_t index = (uint64_t)(at[i] * (double)(probes_measured - 1));
    printf(" p%g %.1f", at[i] * 100, latency[index]);
  }
  printf("\n");
}

int main(int argc, char **argv) {
  int used = rte_eal_init(argc, argv);
  if (used < 0) return 1;
  double seconds = atof(argv[used + 1]);
  for (int i = used + 2; i < argc && stream_count < STREAMS; i++) parse(argv[i]);
  hz = rte_get_tsc_hz();
  latency = malloc(SAMPLES * sizeof *latency);
  pool = rte_pktmbuf_pool_create("traffic", 16383, 0, 0, RTE_MBUF_DEFAULT_BUF_SIZE, 0);
  uint16_t ports = rte_eth_dev_count_avail();
  for (uint16_t port = 0; port < ports; port++) open_port(port);
  struct rte_eth_link link;
  for (uint16_t port = 0; port < ports; port++) {
    for (int i = 0; i < 100; i++) {
      rte_eth_link_get_nowait(port, &link);
      if (link.link_status) break;
      rte_delay_us_sleep(100000);
    }
    if (!link.link_status) rte_exit(1, "port %u has no link\n", port);
  }
  uint64_t start = rte_rdtsc(), then = start;
  for (;;) {
    uint64_t tsc = rte_rdtsc();
    double now = (double)(tsc - start) / (double)hz;
    if (now >= seconds) break;
    if (tsc - then > hz / 1000000 * AWAY_US) ignore_before = tsc;
    then = tsc;
    for (unsigned i = 0; i < stream_count; i++) emit(streams + i, now);
    for (uint16_t port = 0; port < ports; port++) receive(port);
  }
  /* What is still on its way. */
  for (uint64_t end = rte_rdtsc() + hz / 20; rte_rdtsc() < end;)
    for (uint16_t port = 0; port < ports; port++) receive(port);
  report(seconds);
  return 0;
}
