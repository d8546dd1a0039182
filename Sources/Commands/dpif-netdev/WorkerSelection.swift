import Bridges
import Datapath
import Runtime

/// The arguments that all `dpif-netdev/pmd-*` commands share: `[-pmd core] [-secs secs] [dp]`, and the
/// workers that they choose. As in OVS, what is no number chooses nothing, and a name that is no
/// datapath's means the only one.
struct WorkerSelection {
  var core: Int?
  /// In whole intervals of the load history, at most all of it.
  var seconds = LoadHistory.intervals * LoadHistory.intervalSeconds

  init(_ arguments: [String], in sw: Switch) throws {
    var rest = arguments[...]
    while let argument = rest.popFirst() {
      if argument == "-pmd", let core = rest.popFirst() {
        self.core = UInt32(core).map(Int.init) ?? self.core
      } else if argument == "-secs", let text = rest.popFirst() {
        let step = LoadHistory.intervalSeconds
        guard let value = UInt32(text), value > 0, Int(value) < seconds else { continue }
        seconds = (Int(value) + step - 1) / step * step
      }
    }
    guard !DatapathName.used(by: sw).isEmpty else { throw DatapathName.unspecified }
  }

  /// Busy workers by core, then the event worker.
  func workers(of sw: Switch) -> [WorkerDescription] {
    let all = sw.datapath.workers.sorted { ($0.core ?? .max) < ($1.core ?? .max) }
    return core == nil ? all : all.filter { $0.core == core }
  }
}

extension DatapathName {
  static let unspecified = TextError("please specify an existing datapath")

  /// For commands whose only argument is a datapath: the one that is named must be there.
  static func check(_ arguments: [String], in sw: Switch) throws {
    let names = used(by: sw)
    let isKnown = arguments.first.map { name in names.contains { "ovs-\($0.type)" == name } }
    guard isKnown ?? !names.isEmpty else { throw unspecified }
  }
}
