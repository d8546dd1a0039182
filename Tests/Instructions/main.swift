/// Fixed work whose instructions `scripts/check-instructions` has counted by callgrind.
///
/// Cycles depend on the machine and its neighbours; instructions do not. So this is no benchmark (a
/// cache miss costs nothing here) but a gate: who makes the packet's path longer shall know.
///
/// **What is counted** is a whole PMD thread with an ordinary datapath: its loop, its bursts, what it
/// sends. Only where packets come from is special: a DPDK null device with a callback, which hands out
/// as many bursts as a case wants. Callgrind counts inside `Worker.runBusy` and not inside
/// `nextBurst`; it forgets at `beginCounting`, and writes a file at `endCounting`. Between those two
/// lie whole rounds of the loop, so start-up, warming up and the flows' installation are not in it.
///
/// **What makes it repeatable:** one thread is counted, clocks stand still, packets come from a seeded
/// generator, the place for samples of the self-check is full, and `--kernels` says which kernels run,
/// whatever the processor could.
///
/// Prints a line per case, in the order of callgrind's files: its name, and how many packets that were.
import Datapath
import Glibc

func fail(_ text: String) -> Never {
  fputs("instructions: \(text)\n", stderr)
  exit(1)
}

let arguments = CommandLine.arguments
guard arguments.count == 3, arguments[1] == "--kernels" else {
  fail("usage: instructions --kernels avx2|aes|sse4.2")
}
do {
  let bed = try Bed(kernels: arguments[2])
  for work in Work.all {
    try bed.run(work)
    print(work.name, work.bursts * Bed.burst)
    fflush(stdout)
  }
} catch { fail("\(error)") }
