import OpenFlow

/// The groups of a bridge, by number. A value: who may have to take changes back keeps a copy
/// (groups themselves do not change).
public struct GroupTable {
  private var groups: [UInt32: Group] = [:]

  public init() {}

  public subscript(_ id: UInt32) -> Group? { groups[id] }
  public var isEmpty: Bool { groups.isEmpty }
  public var count: Int { groups.count }

  /// The group called `id`, or all of them in the order of their numbers.
  public func select(_ id: UInt32) -> [Group] {
    guard id == GroupID.all else { return groups[id].map { [$0] } ?? [] }
    return groups.values.sorted { $0.id < $1.id }
  }

  mutating func set(_ group: Group) { groups[group.id] = group }
  mutating func remove(_ id: UInt32) { groups[id] = nil }
}
