import JSONRPC
import Runtime

/// What the database says and what the running switch says of itself.
struct SwitchState: Equatable {
  struct Interface: Equatable {
    var name: String
    var bridge: String
    var type = ""
    var options: [String: String] = [:]
    var mtu: Int?
    var mtuRequest: Int?
    var error: String?

    /// Whether it needs DPDK with all that belongs to it.
    var needsDPDK: Bool { type.hasPrefix("dpdk") }
    var isLocal: Bool { name == bridge }

    /// The PCI address of its card, in full, if it has one.
    var card: String? {
      guard type == "dpdk", let arguments = options["dpdk-devargs"] else { return nil }
      let address = arguments.prefix { $0 != "," }.lowercased()
      let parts = address.split(separator: ":")
      guard parts.count >= 2, parts.last?.contains(".") ?? false,
        parts.allSatisfy({ $0.allSatisfy { $0.isHexDigit || $0 == "." } })
      else { return nil }
      return parts.count == 2 ? "0000:" + address : address
    }
  }

  /// A PMD thread and how busy its queues keep it, in percent.
  struct Poller: Equatable {
    var core: Int
    var queues: [String] = []
    var load = 0
  }

  /// Why there is none, if the database could not be read.
  var databaseError: String?
  /// `other_config` of the Open_vSwitch row.
  var settings: [String: String] = [:]
  var isDPDKInitialized = false
  var interfaces: [Interface] = []
  /// Why it says nothing, if the switch does not run.
  var switchError: String?
  /// First lines of `version`.
  var version: [String] = []
  var pollers: [Poller] = []

  var wantsDPDK: Bool { ["true", "try"].contains(settings["dpdk-init"]?.lowercased()) }

  /// Cores of `pmd-cpu-mask`; nil when it is not set or no mask.
  var wantedCores: [Int]? { settings["pmd-cpu-mask"].flatMap(Self.cores) }

  /// Cores that packets are polled on, or will be.
  var pollCores: [Int] { pollers.isEmpty ? wantedCores ?? [] : pollers.map(\.core) }

  /// The set bits of a hexadecimal mask.
  static func cores(_ mask: String) -> [Int]? {
    let digits = mask.lowercased().hasPrefix("0x") ? mask.dropFirst(2) : mask[...]
    guard !digits.isEmpty, digits.allSatisfy(\.isHexDigit) else { return nil }
    return digits.reversed().enumerated().flatMap { place, digit in
      (0..<4).filter { (digit.hexDigitValue ?? 0) >> $0 & 1 == 1 }.map { place * 4 + $0 }
    }
  }

  // MARK: Reading

  static func read() -> SwitchState {
    var s = SwitchState()
    do { try s.readDatabase() } catch { s.databaseError = "\(error)" }
    do { try s.askSwitch(ControlClient()) } catch { s.switchError = "\(error)" }
    return s
  }

  private mutating func readDatabase() throws {
    let client = ControlClient(socket: Paths.absolute("db.sock", in: Paths.run))
    let tables = ["Open_vSwitch", "Bridge", "Port", "Interface"]
    let selects = tables.map { ["op": "select", "table": .string($0), "where": []] as JSON }
    let answer = try client.request("transact", ["Open_vSwitch"] + selects)
    let rows = (answer.array ?? []).map { ($0["rows"]?.array ?? []).map(DatabaseRow.init) }
    guard rows.count >= tables.count else { throw TextError("the database's answer is cut short") }
    take(root: rows[0].first, bridges: rows[1], ports: rows[2], interfaces: rows[3])
  }

  mutating func take(
    root: DatabaseRow?, bridges: [DatabaseRow], ports: [DatabaseRow], interfaces rows: [DatabaseRow]
  ) {
    settings = root?.map("other_config") ?? [:]
    isDPDKInitialized = root?.strings("dpdk_initialized") == ["true"]
    let portsByID = Dictionary(ports.map { ($0.uuid, $0) }) { a, _ in a }
    let rowsByID = Dictionary(rows.map { ($0.uuid, $0) }) { a, _ in a }
    for bridge in bridges.sorted(by: { $0.string("name") < $1.string("name") }) {
      let ids = bridge.strings("ports").compactMap { portsByID[$0] }.flatMap {
        $0.strings("interfaces")
      }
      interfaces += ids.compactMap { rowsByID[$0] }.map { row in
        var i = Interface(name: row.string("name"), bridge: bridge.string("name"))
        i.type = row.string("type")
        i.options = row.map("options")
        i.mtu = Int(row.string("mtu"))
        i.mtuRequest = Int(row.string("mtu_request"))
        i.error = row.strings("error").first
        return i
      }.sorted { $0.name < $1.name }
    }
  }

  private mutating func askSwitch(_ client: ControlClient) throws {
    version = try client.call("version").split(separator: "\n").map(String.init)
    pollers = Self.pollers(try client.call("dpif-netdev/pmd-rxq-show"))
  }

  /// From `dpif-netdev/pmd-rxq-show`. A usage that was not measured counts as none.
  static func pollers(_ text: String) -> [Poller] {
    var pollers: [Poller] = []
    for line in text.split(separator: "\n") {
      let words = line.split(whereSeparator: { $0 == " " || $0 == ":" })
      func value(after word: String) -> Substring? {
        words.firstIndex(of: Substring(word)).flatMap { words[($0 + 1)...].first }
      }
      if let core = value(after: "core_id").flatMap({ Int($0) }) {
        pollers.append(Poller(core: core))
      } else if let last = pollers.indices.last {
        if let port = value(after: "port"), let queue = value(after: "queue-id") {
          pollers[last].queues.append("\(port) \(queue)")
        }
        let load = (value(after: "usage") ?? value(after: "overhead")).flatMap { Int($0) }
        pollers[last].load += load ?? 0
      }
    }
    return pollers
  }
}
