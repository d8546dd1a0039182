/// Numbers of groups that mean something else than one group.
public enum GroupID {
  /// The highest number that a group can have.
  public static let max: UInt32 = 0xffff_ff00
  public static let all: UInt32 = 0xffff_fffc
  /// Also called NONE.
  public static let any: UInt32 = 0xffff_ffff
}

public enum GroupType: UInt8, Sendable, CaseIterable {
  /// Every bucket gets a copy.
  case all
  /// One bucket, chosen by a hash of the packet and by weights.
  case select
  /// The one bucket that there is.
  case indirect
  /// The first bucket that is live.
  case fastFailover

  /// The word of flow text.
  public var word: String {
    switch self {
    case .all: "all"
    case .select: "select"
    case .indirect: "indirect"
    case .fastFailover: "ff"
    }
  }
}

/// A bucket: an action set, and who may get it.
public struct GroupBucket: Sendable {
  /// OpenFlow 1.5's name of the bucket; earlier versions count.
  public var id: UInt32
  /// Share of a "select" group; 0 for none, and for other types.
  public var weight: UInt16
  /// The bucket is live while this port is; `OpenFlowPort.none` for no such condition.
  public var watchPort = OpenFlowPort.none
  /// The bucket is live while this group has a live bucket; `GroupID.any` for no such condition.
  public var watchGroup = GroupID.any
  public var actions: [any Action]

  public init(id: UInt32 = 0, weight: UInt16 = 0, actions: [any Action] = []) {
    self.id = id
    self.weight = weight
    self.actions = actions
  }

  /// Whether the bucket's life depends on something.
  public var hasLiveness: Bool { watchPort != OpenFlowPort.none || watchGroup != GroupID.any }

  /// Numbers of buckets in commands: the highest that a bucket can have, and what means several.
  public enum ID {
    public static let max: UInt32 = 0xffff_ff00
    public static let first: UInt32 = 0xffff_fffd
    public static let last: UInt32 = 0xffff_fffe
    public static let all: UInt32 = 0xffff_ffff
  }
}

extension [GroupBucket] {
  /// Whether two buckets have one ID.
  public var hasDuplicateID: Bool { Set(map(\.id)).count != count }
}
