/// Every action that the switch knows, once.
public enum ActionCatalog {
  public static let all: [any Action.Type] = [
    OutputAction.self, OutputReg.self, Enqueue.self,
    DebugRecirc.self, DebugSlow.self, CloneAction.self, CheckPacketLarger.self,
    OutputTruncated.self,
    PushMPLS.self, PopMPLS.self, SetMPLSLabel.self, SetMPLSTC.self, SetMPLSTTL.self,
    DecMPLSTTL.self,
    EncapAction.self, DecapAction.self, DecNSHTTL.self,
    SetVLANVID.self, SetVLANPCP.self, StripVLAN.self, PushVLAN.self,
    SetEthSrc.self, SetEthDst.self,
    SetIPv4Src.self, SetIPv4Dst.self, SetIPTOS.self, SetIPECN.self, SetIPTTL.self,
    DecTTL.self,
    SetL4SrcPort.self, SetL4DstPort.self,
    RegLoad.self, RegMove.self, SetField.self,
    Resubmit.self, NoteAction.self,
    ExitAction.self, LearnAction.self, ConjunctionAction.self, FinTimeout.self,
    StackPush.self, StackPop.self, SetTunnel.self, SetQueue.self, PopQueue.self,
    Multipath.self, BundleAction.self, SampleAction.self, DeleteField.self,
    ConnTrack.self, NATAction.self, CTClear.self,
    ControllerAction.self,
    MeterAction.self, ClearActions.self, WriteActions.self, WriteMetadata.self, GotoTable.self,
    GroupAction.self,
  ]

  private struct Key: Hashable {
    let version: OpenFlowVersion
    let identity: ActionIdentity
  }

  typealias Entry = (type: any Action.Type, length: ClosedRange<Int>)

  private static let byPlace: [Key: Entry] = {
    var types: [Key: Entry] = [:]
    for type in all {
      for place in type.places {
        for version in OpenFlowVersion.allCases where place.versions.contains(version) {
          types[Key(version: version, identity: place.identity)] = (type, place.length)
        }
      }
    }
    return types
  }()

  private static let byKeyword: [String: any Action.Type] = {
    var types: [String: any Action.Type] = [:]
    for type in all {
      for keyword in type.keywords { types[keyword] = type }
    }
    return types
  }()

  /// Of the standard actions with the lowest numbers, which flows have most, by version and number.
  private static let byNumber: [Entry?] = OpenFlowVersion.allCases.flatMap { version in
    (UInt16(0)..<32).map { byPlace[Key(version: version, identity: .standard($0))] }
  }

  static func type(_ identity: ActionIdentity, in version: OpenFlowVersion) -> Entry? {
    if case .standard(let number) = identity, number < 32 {
      return byNumber[Int(version.rawValue - OpenFlowVersion.v10.rawValue) << 5 | Int(number)]
    }
    return byPlace[Key(version: version, identity: identity)]
  }

  static func type(keyword: String) -> (any Action.Type)? { byKeyword[keyword.lowercased()] }

  /// The standard actions of a version as a word of bits, as features replies have it.
  public static func standardActions(_ version: OpenFlowVersion) -> UInt32 {
    byPlace.keys.reduce(0) { bits, key in
      guard key.version == version, case .standard(let type) = key.identity, type < 32 else {
        return bits
      }
      return bits | 1 << UInt32(type)
    }
  }
}
