import ArgumentParser
import Glibc
import JSONRPC
import Runtime

/// `patchbay top`: what each worker does, from the difference of two readings of its counters.
struct Top: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Shows packets per second, cache hits, misses and cycles per packet of each worker.")

  @Option(help: "Seconds between two readings.")
  var interval = 1.0

  @Option(help: "How many lines per worker to print; 0 goes on until interrupted.")
  var count = 0

  mutating func validate() throws {
    guard interval >= 0.1, interval <= 3600 else {
      throw ValidationError("--interval is between 0.1 and 3600 seconds")
    }
  }

  mutating func run() throws {
    let client = try ControlClient()
    var before = try read(client)
    print(
      "worker".padded(24)
        + ["pkts/s", "hits %", "miss/s", "lost/s", "busy %", "cycles/pkt"]
        .map { $0.paddedLeft(12) }.joined())
    var round = 0
    while count == 0 || round < count {
      usleep(UInt32(interval * 1_000_000))
      let now = try read(client)
      for worker in now {
        guard let old = before.first(where: { $0.name == worker.name }) else { continue }
        print(WorkerRates(from: old, to: worker, seconds: interval).line)
      }
      fflush(stdout)
      before = now
      round += 1
    }
  }

  private func read(_ client: ControlClient) throws -> [WorkerReading] {
    WorkerReading.parse(try client.call("dpif-netdev/pmd-stats-show"))
  }
}

/// The counters of one worker, out of `dpif-netdev/pmd-stats-show`.
struct WorkerReading {
  let name: String
  private var values: [String: UInt64] = [:]

  subscript(_ counter: String) -> UInt64 { values[counter] ?? 0 }

  static func parse(_ text: String) -> [WorkerReading] {
    var workers: [WorkerReading] = []
    for line in text.split(separator: "\n") {
      if !line.hasPrefix(" "), line.hasSuffix(":") {
        workers.append(WorkerReading(name: String(line.dropLast())))
      } else if let colon = line.firstIndex(of: ":"), !workers.isEmpty {
        let name = line[..<colon].drop { $0 == " " }
        let value = line[line.index(after: colon)...].drop { $0 == " " }.prefix { $0.isNumber }
        workers[workers.count - 1].values[String(name)] = UInt64(value)
      }
    }
    return workers
  }

  private init(name: String) { self.name = name }
}

/// What happened between two readings.
struct WorkerRates {
  let line: String

  init(from old: WorkerReading, to new: WorkerReading, seconds: Double) {
    // Counters may have been cleared in between.
    func rise(_ counter: String) -> Double {
      Double(new[counter] >= old[counter] ? new[counter] - old[counter] : new[counter])
    }
    let packets = rise("packets received")
    let hits = rise("emc hits") + rise("megaflow hits")
    let lost = rise("miss with failed upcall")
    let busy = rise("processing cycles")
    let cycles = busy + rise("idle cycles")
    func share(_ part: Double, _ whole: Double) -> Double { whole > 0 ? part / whole : 0 }
    let columns = [
      formatted("%.0f", packets / seconds), formatted("%.1f", 100 * share(hits, packets)),
      formatted("%.0f", (rise("miss with success upcall") + lost) / seconds),
      formatted("%.0f", lost / seconds), formatted("%.1f", 100 * share(busy, cycles)),
      packets > 0 && busy > 0 ? formatted("%.1f", busy / packets) : "-",
    ]
    let name = new.name.hasPrefix("pmd thread ") ? String(new.name.dropFirst(11)) : new.name
    line = name.padded(24) + columns.map { $0.paddedLeft(12) }.joined()
  }
}
