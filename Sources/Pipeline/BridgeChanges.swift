/// When that changed last which a bridge has beside rules and learned addresses: which megaflows may it
/// concern? Groups and meters concern those whose translation asked for them, by their numbers, whether
/// they were there or not; a new table those that looked for it. Anything else (ports, settings) concerns
/// all that crossed the bridge.
///
/// Bounded: with more groups and meters than `limit` that ever changed, all are taken as changed.
///
/// Threads: the control thread notes changes under the write lock; the revalidator asks under the read
/// lock.
struct BridgeChanges {
  /// What rules name by number.
  enum Thing: Hashable {
    case group(UInt32)
    case meter(UInt32)
    /// A flow table, which comes into being with its first rule.
    case table(UInt8)
  }

  /// The generation of the last change of anything else.
  private(set) var generation: UInt64 = 0
  private var things: [Thing: UInt64] = [:]
  /// The generation of the last change that is not in `things`.
  private var otherThings: UInt64 = 0

  static let limit = 4096

  mutating func note(_ generation: UInt64) { self.generation = generation }

  mutating func note(_ thing: Thing, _ generation: UInt64) {
    if things.count >= Self.limit, things[thing] == nil {
      things = [:]
      otherThings = generation
    }
    things[thing] = generation
  }

  func mayConcern(_ thing: Thing, since generation: UInt64) -> Bool {
    max(things[thing] ?? 0, otherThings) > generation
  }
}

/// What a translation asked a bridge for. The translation's `visits` keep the bridge.
struct NamedDependency: Hashable {
  let bridge: Unmanaged<Bridge>
  let thing: BridgeChanges.Thing

  func mayBeConcerned(since generation: UInt64) -> Bool {
    bridge._withUnsafeGuaranteedRef { $0.changes.mayConcern(thing, since: generation) }
  }

  static func == (a: Self, b: Self) -> Bool {
    a.thing == b.thing && a.bridge.toOpaque() == b.bridge.toOpaque()
  }
  func hash(into hasher: inout Hasher) {
    hasher.combine(thing)
    hasher.combine(bridge.toOpaque())
  }
}

extension Translator {
  /// The bridge's group or meter of that number. The answer depends on it from here on.
  func group(_ id: UInt32) -> Group? {
    depend(on: .group(id))
    return bridge.groups[id]
  }
  func meter(_ id: UInt32) -> Meter? {
    depend(on: .meter(id))
    return bridge.meters[id]
  }

  func depend(on thing: BridgeChanges.Thing) {
    named.insert(NamedDependency(bridge: .passUnretained(bridge), thing: thing))
  }
}
