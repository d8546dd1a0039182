import ArgumentParser
import Bench
import Fields
import Glibc
import Runtime

/// `patchbay bench`: a generator and sink of traffic on ports of DPDK.
struct BenchCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "bench",
    abstract: "Generates traffic on a DPDK port and measures what comes back.",
    discussion: """
      Sends frames with a signature on one port and receives them on another (or the same), and counts \
      loss, reordering and latency. It is a DPDK process of its own: a port is a NIC by its PCI \
      address, or a virtual device. Progress goes to standard error, the result to standard output.

        patchbay bench --port 0000:3b:00.0 --sink 0000:3b:00.1 --rate 10 --flows 1000000
        patchbay bench --port net_memif0,role=server,id=0 --sink net_memif1,role=server,id=1 --rfc2544
        patchbay bench --port net_virtio_user0,path=/run/vm0.sock,server=1 --sink none --rate line

      Sizes count the frame check sequence (4 bytes), as RFC 2544 does: --size 64 puts 60 bytes into a \
      buffer. imix is 64, 594 and 1518 bytes, 7 to 4 to 1. Flow n goes from 198.18.0.0 + n / 65536 to \
      198.19.0.0 + n % 65536 (with --ip 6 behind 2001:2:0:1:: and 2001:2:0:2::) to port 9. With mix, \
      flows differ by their number's lowest bits.

      Exit status: 0 all well; 1 wrong usage, or it could not run; 2 more packets were lost than --loss \
      allows, or --rfc2544 found no rate that passes.
      """)

  @Option(help: "Where to send: a PCI address or a virtual device of DPDK with its arguments.")
  var port: String

  @Option(help: "Where packets come back: a port, 'none', or (default) the same port.")
  var sink: String?

  @Option(help: "How many flows, each with addresses of its own, up to 16777216.")
  var flows = 1

  @Flag(help: "The n-th flow has weight 1/n; otherwise flows take turns.")
  var zipf = false

  @Option(help: "Bytes per frame on the wire, or 'imix'.")
  var size = "64"

  @Option(help: "VLAN id, or two (the first is the outer, 802.1ad).")
  var vlan: String?

  @Option(help: "4, 6 or mix.")
  var ip = "4"

  @Option(help: "udp, tcp or mix.")
  var proto = "udp"

  @Option(help: "Source and destination MAC address, separated by a comma.")
  var mac = "02:00:00:00:00:01,02:00:00:00:00:02"

  @Option(name: .customLong("net"), help: "First source and destination IPv4 address, as A,B.")
  var network = "198.18.0.0,198.19.0.0"

  @Option(help: "Million packets per second, or 'line': as many as the port takes.")
  var rate = "line"

  @Option(help: "How long to send; with --rfc2544, in each trial.")
  var seconds = 10.0

  @Option(help: "Seconds of traffic before, which do not count (default: 0; with --rfc2544, 1).")
  var warmUp: Double?

  @Flag(help: "Search for the highest rate that loses no more than --loss allows.")
  var rfc2544 = false

  @Option(help: "The share of packets that may be lost, e.g. 0.001 (with --rfc2544 default: 0).")
  var loss: Double?

  @Flag(help: "Print a table of latency percentiles.")
  var latency = false

  @Option(
    help: """
      Cores, e.g. 2,3: the first half sends, the others receive; one does both in turn (default: the \
      last two, or the last one of two). A port needs a queue for each.
      """)
  var cores: String?

  @Option(
    help: """
      Receive queues of each port, shared by the receiving cores (default: one for each core; 8 for a \
      memif server). A memif client must have as many as its server has send queues, a switch's PMD \
      threads and one.
      """)
  var queues = 1

  @Option(
    help: "Write the result as JSON to a file ('-': to standard output, instead of the table).")
  var json: String?

  @Option(help: "Draw the latencies, or the trials of --rfc2544, into an SVG file.")
  var plot: String?

  @Option(help: "Seconds to wait for the ports' links.")
  var wait = 10.0

  @Option(
    parsing: .unconditional, help: "More arguments for DPDK, e.g. --eal \"--no-huge -m 256\".")
  var eal = ""

  mutating func validate() throws { _ = try options() }

  mutating func run() throws {
    Interruption.watch()
    let report = try Bench(try options()) { fputs($0 + "\n", stderr) }.run()
    if json != "-" { print(report.text, terminator: "") }
    if let json { try write(report.json.text + "\n", to: json) }
    if let plot { try write(report.plot, to: plot) }
    if report.isLossy { throw ExitCode(2) }
  }

  private func write(_ text: String, to path: String) throws {
    if path == "-" {
      print(text, terminator: "")
      return
    }
    guard let file = fopen(path, "w") else { throw TextError("\(path): \(errorText())") }
    let isWritten = fputs(text, file) >= 0
    guard fclose(file) == 0, isWritten else { throw TextError("\(path): \(errorText())") }
  }
}

// MARK: From words to options

extension BenchCommand {
  private func options() throws -> BenchOptions {
    var o = BenchOptions()
    o.traffic = try traffic()
    o.port = port
    o.sink = sink == nil || sink == port ? .same : sink == "none" ? .none : .port(sink ?? "")
    o.rate = try packetsPerSecond()
    o.seconds = try number(seconds, 0.01...3600, "--seconds")
    o.warmUp = try number(warmUp ?? (rfc2544 ? 1 : 0), 0...3600, "--warm-up")
    o.loss = try loss.map { try number($0, 0...1, "--loss") }
    o.linkWait = try number(wait, 0...86400, "--wait")
    (o.searches, o.showsLatency, o.eal) = (rfc2544, latency, eal)
    o.cores = try coreList()
    guard (1...256).contains(queues) else { throw ValidationError("--queues is between 1 and 256") }
    o.receiveQueues = queues
    if rfc2544 && o.sink == .none {
      throw ValidationError("--rfc2544 needs a sink")
    }
    return o
  }

  private func traffic() throws -> Traffic {
    var t = Traffic()
    guard (1...Traffic.maxFlows).contains(flows) else {
      throw ValidationError("--flows is between 1 and \(Traffic.maxFlows)")
    }
    t.flows = flows
    t.isZipf = zipf
    t.sizes = try sizes()
    t.vlans = try vlans()
    guard let ip = Traffic.IP(rawValue: ip) else { throw ValidationError("--ip is 4, 6 or mix") }
    guard let transport = Traffic.Transport(rawValue: proto) else {
      throw ValidationError("--proto is udp, tcp or mix")
    }
    (t.ip, t.transport) = (ip, transport)
    (t.sourceMAC, t.destinationMAC) = try pair(mac, "--mac") { EthernetAddress($0) }
    (t.source, t.destination) = try pair(network, "--net") { BenchCommand.address($0) }
    return t
  }

  private func sizes() throws -> [Int] {
    if size == "imix" { return Traffic.imix }
    guard let bytes = Int(size), (64...Traffic.maxSize).contains(bytes) else {
      throw ValidationError("--size is between 64 and \(Traffic.maxSize), or imix")
    }
    return [bytes]
  }

  private func vlans() throws -> [UInt16] {
    guard let vlan else { return [] }
    let ids = vlan.split(separator: ",", omittingEmptySubsequences: false).map { UInt16($0) }
    guard ids.count <= 2, ids.allSatisfy({ $0.map { $0 < 4096 } ?? false }) else {
      throw ValidationError("--vlan is one or two numbers below 4096, e.g. 5 or 100,5")
    }
    return ids.compactMap(\.self)
  }

  private func packetsPerSecond() throws -> Double? {
    if rate == "line" { return nil }
    guard let value = Double(rate), value >= 1e-6, value <= 1e4 else {
      throw ValidationError("--rate is in million packets per second (1 is 1,000,000), or line")
    }
    return value * 1e6
  }

  private func coreList() throws -> [Int] {
    guard let cores else { return [] }
    let list = cores.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
    let numbers = list.compactMap(\.self).filter { $0 >= 0 }
    guard numbers.count == list.count, Set(numbers).count == numbers.count else {
      throw ValidationError("--cores is a list of different cores, e.g. 2,3")
    }
    return numbers
  }

  private func number(_ value: Double, _ range: ClosedRange<Double>, _ option: String) throws
    -> Double
  {
    guard range.contains(value) else {
      throw ValidationError(
        "\(option) is between \(formatted("%g", range.lowerBound)) and "
          + formatted("%g", range.upperBound))
    }
    return value
  }

  private func pair<T>(_ text: String, _ option: String, _ parse: (Substring) -> T?) throws -> (
    T, T
  ) {
    let values = text.split(separator: ",", omittingEmptySubsequences: false).map(parse)
    guard values.count == 2, let first = values[0], let second = values[1] else {
      throw ValidationError("\(option) is two addresses, separated by a comma")
    }
    return (first, second)
  }

  /// Dotted decimal.
  private static func address(_ text: Substring) -> UInt32? {
    let bytes = text.split(separator: ".", omittingEmptySubsequences: false).map { UInt8($0) }
    guard bytes.count == 4 else { return nil }
    return bytes.reduce(UInt32?(0)) { sum, byte in
      sum.flatMap { s in byte.map { s << 8 | UInt32($0) } }
    }
  }
}
