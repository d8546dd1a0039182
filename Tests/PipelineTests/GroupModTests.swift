import OpenFlow
import Testing

@testable import Pipeline

/// Random group-mods, against a model that is as simple as can be.
@Suite struct GroupModTests {
  /// A group is its type and its buckets' IDs.
  private struct Model {
    var groups: [UInt32: (type: GroupType, ids: [UInt32])] = [:]

    mutating func apply(_ r: GroupMod) throws {
      let new = r.buckets.map(\.id)
      let old = groups[r.groupID]
      let place = old?.ids.firstIndex(of: r.commandBucketID)
      let named = r.commandBucketID <= GroupBucket.ID.max
      switch r.command {
      case .delete:
        groups = r.groupID == GroupID.all ? [:] : groups.filter { $0.key != r.groupID }
        return
      case .add where old != nil: throw OpenFlowError.groupExists
      case .modify where old == nil, .insertBucket where old == nil, .removeBucket where old == nil:
        throw OpenFlowError.unknownGroup
      case .insertBucket where named && place == nil, .removeBucket where named && place == nil:
        throw OpenFlowError.unknownBucket
      default: break
      }
      guard r.groupID <= GroupID.max else { throw OpenFlowError.invalidGroup }
      var ids = old?.ids ?? []
      switch (r.command, r.commandBucketID) {
      case (.insertBucket, GroupBucket.ID.first): ids = new + ids
      case (.insertBucket, GroupBucket.ID.last): ids += new
      case (.insertBucket, _): ids.insert(contentsOf: new, at: (place ?? 0) + 1)
      case (.removeBucket, GroupBucket.ID.all): ids = []
      case (.removeBucket, GroupBucket.ID.first): ids = Array(ids.dropFirst())
      case (.removeBucket, GroupBucket.ID.last): ids = Array(ids.dropLast())
      case (.removeBucket, _): ids.removeAll { $0 == r.commandBucketID }
      default: ids = new
      }
      guard Set(ids).count == ids.count else { throw OpenFlowError.bucketExists }
      let keepsType = r.command == .insertBucket || r.command == .removeBucket
      groups[r.groupID] = (keepsType ? old?.type ?? r.type : r.type, ids)
    }
  }

  private func request(_ random: inout SeededGenerator) -> GroupMod {
    let commands: [GroupMod.Command] = [
      .add, .add, .modify, .addOrModify, .insertBucket, .insertBucket, .removeBucket, .delete,
    ]
    let ids: [UInt32] = [1, 2, 3, 4, GroupID.max, GroupID.max + 1]
    var r = GroupMod(
      commands.randomElement(using: &random)!, groupID: ids.randomElement(using: &random)!)
    if r.command == .delete, Int.random(in: 0..<10, using: &random) == 0 { r.groupID = GroupID.all }
    r.type = [.all, .select, .fastFailover].randomElement(using: &random)!
    let places: [UInt32] = [
      0, 1, 2, 3, 4, 5, GroupBucket.ID.first, GroupBucket.ID.last,
    ]
    if r.command == .insertBucket || r.command == .removeBucket {
      r.commandBucketID = places.randomElement(using: &random)!
    }
    if r.command == .removeBucket {
      if Int.random(in: 0..<8, using: &random) == 0 { r.commandBucketID = GroupBucket.ID.all }
      return r
    }
    let numbers = (0..<UInt32(8)).shuffled(using: &random)
      .prefix(Int.random(in: 0..<4, using: &random))
    r.buckets = numbers.map { GroupBucket(id: $0, weight: 1, actions: []) }
    return r
  }

  @Test func randomCommands() {
    var random = SeededGenerator(7)
    let s = TestSwitch()
    let bridge = s.bridge("br0")
    var model = Model()
    var saved: (GroupTable, Model)?
    for round in 0..<4000 {
      let r = request(&random)
      var expected: OpenFlowError?
      do { try model.apply(r) } catch { expected = error as? OpenFlowError }
      var got: OpenFlowError?
      do { try bridge.apply(r) } catch { got = error as? OpenFlowError }
      #expect(got == expected, "\(round): \(r)")
      // A bundle that fails puts everything back.
      switch round % 50 {
      case 20: saved = (bridge.groups, model)
      case 25:
        if let saved {
          s.pipeline.change { bridge.groups = saved.0 }
          model = saved.1
        }
      default: break
      }
      let groups = bridge.groupDescriptions(GroupID.all)
      #expect(groups.map(\.id) == model.groups.keys.sorted())
      for group in groups {
        #expect(group.buckets.map(\.id) == model.groups[group.id]?.ids)
        #expect(group.type == model.groups[group.id]?.type)
      }
    }
  }

  /// Shares of the hash table are what the weights ask for.
  @Test func hashTables() {
    func table(_ weights: [UInt16]) -> [Int]? {
      let buckets = weights.map { GroupBucket(id: 0, weight: $0) }
      guard case .datapathHash(let hash) = GroupChoice(buckets, GroupSelection()) else {
        return nil
      }
      return weights.indices.map { index in hash.table.filter { $0 == index }.count }
    }
    #expect(table([1, 1]) == [8, 8])
    #expect(table([1, 0, 1]) == [8, 0, 8])
    #expect(table([5, 10]) == [5, 11])
    #expect(table([1, 100]).map { $0.reduce(0, +) } == 128)
    #expect(table([1, 255]).map { $0.reduce(0, +) } == 256)
    #expect(table([1, 256]) == nil)
    #expect(table([]) == nil)
    #expect(table([0]) == nil)
  }
}
