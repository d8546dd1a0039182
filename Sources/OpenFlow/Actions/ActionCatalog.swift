/// Every action that the switch knows, once.
public enum ActionCatalog {
  public static let all: [any Action.Type] = [
    OutputAction.self, OutputReg.self, Enqueue.self,
    SetVLANVID.self, SetVLANPCP.self, StripVLAN.self, PushVLAN.self,
    SetEthSrc.self, SetEthDst.self,
    SetIPv4Src.self, SetIPv4Dst.self, SetIPTOS.self, DecTTL.self,
    SetL4SrcPort.self, SetL4DstPort.self,
    RegLoad.self, RegMove.self,
    Resubmit.self, NoteAction.self,
  ]

  private struct Key: Hashable {
    let version: OpenFlowVersion
    let identity: ActionIdentity
  }

  private static let byPlace: [Key: (type: any Action.Type, length: ClosedRange<Int>)] = {
    var types: [Key: (type: any Action.Type, length: ClosedRange<Int>)] = [:]
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

  static func type(
    _ identity: ActionIdentity, in version: OpenFlowVersion
  ) -> (type: any Action.Type, length: ClosedRange<Int>)? {
    byPlace[Key(version: version, identity: identity)]
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
