import Fields
import OpenFlow

/// What is left to do with a packet that the datapath is going to look up again, and all that the
/// translation so far found out: a translation in its sleep.
///
/// **Why.** Some things only the datapath knows: what is behind an MPLS label that was popped, which
/// hash a packet has, what connection tracking says. A translation that needs them *freezes*: it emits
/// `recirc(ID)` and stops, and what it would have done next is kept under the ID. The packet comes
/// back as a miss with that `recirc_id`, parsed anew, and a new translation takes over where the old
/// one stopped (`Translator.thaw`).
///
/// **What is kept**: everything about the packet that is in no header (registers, metadata, tunnel,
/// marks), the input port, and the frames of the bridge that the packet is in. *Not* kept: headers,
/// which the packet has itself; what lies below a boundary on the stack (a patch port, a bucket, a
/// copy), because that goes on in the same translation, with the packet as it was there; and budgets, which start anew, since
/// the datapath bounds how often a packet recirculates.
///
/// **Ids.** Equal states have the same ID (`FrozenStates`), so translating a packet again gives the
/// same actions. Whoever adds state to `Translator` that lives from one action to the next adds it
/// here; whoever adds a kind of frame says in `Frame.isSame` when two are equal.
///
/// A value; any thread.
public struct FrozenState {
  let bridge: Bridge
  /// Header fields are zero but for the OpenFlow input port.
  let flow: Flow
  /// What `push` put away.
  let values: [StackValue]
  let table: UInt8
  let rule: Rule?
  let depth: Int
  let actionSet: [any Action]
  let actionSetHasGroup: Bool
  let isInActionSet: Bool
  /// The bridge's frames, the next one last. Places in a trace are left out.
  let frames: [Translator.Frame]
  /// The rules that frames name without keeping them.
  let rules: [Rule]
}

extension FrozenState: Hashable {
  public static func == (a: FrozenState, b: FrozenState) -> Bool {
    a.bridge === b.bridge && a.table == b.table && a.rule === b.rule && a.depth == b.depth
      && a.flow == b.flow && a.values == b.values
      && a.actionSetHasGroup == b.actionSetHasGroup && a.isInActionSet == b.isInActionSet
      && areEqual(a.actionSet, b.actionSet)
      && a.frames.count == b.frames.count
      && zip(a.frames, b.frames).allSatisfy { $0.isSame(as: $1) }
  }

  private static func areEqual(_ a: [any Action], _ b: [any Action]) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { $0.isEqual(to: $1) }
  }

  public func hash(into hasher: inout Hasher) {
    hasher.combine(ObjectIdentifier(bridge))
    hasher.combine(table)
    hasher.combine(flow)
    hasher.combine(frames.count)
    if case .actions(let list, let next)? = frames.last { hasher.combine(list.count - next) }
  }
}

extension Translator.Frame {
  /// Whether the frames are the same work. Kinds that are not listed never are: a translation that
  /// freezes them gets another ID every time.
  func isSame(as other: Translator.Frame) -> Bool {
    switch (self, other) {
    case (.actions(let a, let i), .actions(let b, let j)):
      a.count - i == b.count - j
        && zip(a.actions[i...], b.actions[j...]).allSatisfy { $0.isEqual(to: $1) }
    case (.leaveTable(let a, let r, _), .leaveTable(let b, let s, _)):
      a == b && r?.toOpaque() == s?.toOpaque()
    case (.enterBridge, .enterBridge), (.actionSet, .actionSet): true
    default: false
    }
  }
}
