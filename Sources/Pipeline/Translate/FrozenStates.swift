import Runtime
import Synchronization

private let allocations = Coverage.counter("recirc_alloc")

/// The frozen states by their IDs. Any thread.
///
/// A megaflow that names an ID holds a `RecirculationID` among its effects. When nobody holds one any
/// more, the state stays a while, for packets that are on their way with the ID, and then goes. IDs
/// count up, so one that went does not soon come back with another meaning. A miss with an ID that is
/// gone is discarded (`upcall_error` among the drops).
public final class FrozenStates: Sendable {
  struct Entry {
    let state: FrozenState
    var holders = 0
    /// When the last holder let go.
    var idleSince: ContinuousClock.Instant?
  }
  private struct Store {
    var entries: [UInt32: Entry] = [:]
    var numbers: [FrozenState: UInt32] = [:]
    /// IDs without holders, the one that lost its last first; some may have found one again.
    var idle: [(number: UInt32, since: ContinuousClock.Instant)] = []
    var last: UInt32 = 0
  }
  private let store = Mutex(Store())
  /// How long a state stays that nobody holds.
  let grace: Duration

  init(grace: Duration = .seconds(10)) { self.grace = grace }

  /// The ID of a state, held as long as the result lives.
  public func id(for state: FrozenState) -> RecirculationID {
    let (number, gone) = store.withLock { store -> (UInt32, [FrozenState]) in
      let gone = sweep(&store)
      let number = store.numbers[state] ?? add(state, &store)
      store.entries[number]?.holders += 1
      store.entries[number]?.idleSince = nil
      return (number, gone)
    }
    // States hold actions and bridges, which shall not end under the lock.
    withExtendedLifetime(gone) {}
    return RecirculationID(number, of: self)
  }

  /// What an ID stands for.
  public func state(_ number: UInt32) -> FrozenState? {
    store.withLock { $0.entries[number]?.state }
  }

  /// How many states there are.
  public var count: Int { store.withLock { $0.entries.count } }

  /// Forgets states that nobody has held for a while.
  public func sweep() { withExtendedLifetime(store.withLock { sweep(&$0) }) {} }

  private func add(_ state: FrozenState, _ store: inout Store) -> UInt32 {
    allocations.hit()
    repeat {
      store.last = store.last == .max ? 1 : store.last + 1
    } while store.entries[store.last] != nil
    store.entries[store.last] = Entry(state: state)
    store.numbers[state] = store.last
    return store.last
  }

  fileprivate func release(_ number: UInt32) {
    store.withLock { store in
      guard var entry = store.entries[number] else { return }
      entry.holders -= 1
      if entry.holders == 0 {
        let now = ContinuousClock.now
        entry.idleSince = now
        store.idle.append((number, now))
      }
      store.entries[number] = entry
    }
  }

  private func sweep(_ store: inout Store) -> [FrozenState] {
    guard let first = store.idle.first else { return [] }
    let limit = ContinuousClock.now - grace
    guard first.since <= limit else { return [] }
    let old = store.idle.prefix { $0.since <= limit }
    store.idle.removeFirst(old.count)
    var gone: [FrozenState] = []
    for (number, since) in old {
      guard let entry = store.entries[number], entry.idleSince == since else { continue }
      store.entries[number] = nil
      store.numbers[entry.state] = nil
      gone.append(entry.state)
    }
    return gone
  }
}

/// A hold on the frozen state of one ID.
public final class RecirculationID: Sendable {
  public let number: UInt32
  private let states: FrozenStates

  fileprivate init(_ number: UInt32, of states: FrozenStates) {
    self.number = number
    self.states = states
  }

  deinit { states.release(number) }
}
