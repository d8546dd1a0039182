import Datapath
import Fields

/// What a translation answers.
struct Translation {
  /// The bits of the key that the answer depends on. `inPort` is the datapath's.
  var mask: FlowMask
  var actions: [DatapathAction]
  var effects: [Effect]
  var error: TranslationError?
  /// The generation of the pipeline, and those of the MAC tables that were asked.
  var generation: UInt64
  var learnedFrom: [LearningDependency]
}

/// A MAC table that a translation asked, and what it looked like then.
struct LearningDependency {
  let table: MACTable
  let generation: UInt64
}

/// Why a translation ended early. Inside a bridge reached through a patch port it ends the visit of
/// that bridge; in the first bridge it drops the packet.
enum TranslationError: Error, Hashable {
  /// Rules that resubmit to each other without end.
  case recursionTooDeep
  case tooManyResubmits
  case tooManyCrossings
  case tooManyActions

  /// What the trace says when it happens, and in its last line.
  var report: String {
    switch self {
    case .recursionTooDeep: "over max translation depth \(TranslationBudget.depth)"
    case .tooManyResubmits: "over \(TranslationBudget.resubmits) resubmit actions"
    case .tooManyCrossings: "over \(TranslationBudget.crossings) patch port crossings"
    case .tooManyActions: "resubmits yielded over \(TranslationBudget.actions) datapath actions"
    }
  }

  var summary: String {
    switch self {
    case .recursionTooDeep: "Recursion too deep"
    case .tooManyResubmits: "Too many resubmits"
    case .tooManyCrossings: "Too many patch port crossings"
    case .tooManyActions: "Too many datapath actions"
    }
  }
}

/// What one translation may cost at most.
enum TranslationBudget {
  /// Resubmits inside each other, per bridge visited.
  static let depth = 64
  /// Resubmits: so many at first, and so many more with every patch port crossed.
  static let resubmits = 4096
  static let resubmitsPerCrossing = 64
  /// Patch ports crossed, one after the other or from one another: also the longest chain.
  static let crossings = 4096
  static let actions = 8192
}
