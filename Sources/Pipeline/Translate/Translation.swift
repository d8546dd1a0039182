import Datapath
import Fields

/// What a translation answers.
struct Translation {
  /// The bits of the key that the answer depends on. `inPort` is the datapath's.
  var mask: FlowMask
  /// The bits of the deep key that it depends on as well.
  var deepMask = DeepKey()
  var actions: [DatapathAction]
  var effects: [Effect]
  /// The searches in flow tables; nil if nobody will ask.
  var visits: TableVisits?
  var error: TranslationError?
  /// Bits of the key that actions had changed when some table was searched.
  var diverged: FlowMask
  /// The generation of the pipeline, what MAC tables answered, and the groups and meters that were
  /// asked for.
  var generation: UInt64
  var learnedFrom: [LearningDependency]
  var named: Set<NamedDependency>
}

extension Translation {
  /// Flows to be learned that the bridges do not have.
  var newLessons: [FlowLesson] {
    effects.compactMap { effect in
      guard case .learnFlow(let lesson) = effect, !lesson.isLearned else { return nil }
      return lesson
    }
  }
}

/// Why a translation ended early. Inside a bridge reached through a patch port it ends the visit of
/// that bridge; in the first bridge it drops the packet.
enum TranslationError: Error, Hashable {
  /// Rules that resubmit to each other without end.
  case recursionTooDeep
  case tooManyResubmits
  case tooManyCrossings
  case tooManyActions
  /// More MPLS labels than a flow has room for.
  case tooManyLabels(String)
  /// A header to put in front or take away that does not go with the packet's type.
  case unsupportedPacketType

  /// What the trace says when it happens, and in its last line.
  var report: String {
    switch self {
    case .recursionTooDeep: "over max translation depth \(TranslationBudget.depth)"
    case .tooManyResubmits: "over \(TranslationBudget.resubmits) resubmit actions"
    case .tooManyCrossings: "over \(TranslationBudget.crossings) patch port crossings"
    case .tooManyLabels(let what):
      "dropping packet on which an MPLS \(what) action can't be performed as it would have more MPLS "
        + "LSEs than the \(HeaderFields.maxLabels) supported."
    case .unsupportedPacketType: "Dropping packet of an unsupported packet type."
    case .tooManyActions: "resubmits yielded over \(TranslationBudget.actions) datapath actions"
    }
  }

  var summary: String {
    switch self {
    case .recursionTooDeep: "Recursion too deep"
    case .tooManyResubmits: "Too many resubmits"
    case .tooManyCrossings: "Too many patch port crossings"
    case .tooManyActions: "Too many datapath actions"
    case .tooManyLabels: "Too many MPLS labels"
    case .unsupportedPacketType: "Unsupported packet type"
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
