import Synchronization

/// Numbers for what flows ask of the control side (`DatapathAction.userspace`).
///
/// A translation gets a reference to a number, which its effects keep as long as the megaflow lives.
/// After the last reference is gone a number stays known for a while: packets under way still need
/// it, and so do those of a packet-out, which has no megaflow.
///
/// Any thread. The mutex is held for a dictionary access, and nothing else is locked inside.
final class PuntTable: Sendable {
  private struct Entry {
    let target: PuntTarget
    var references = 0
  }

  private struct State {
    var numbers: [PuntTarget: UInt32] = [:]
    var entries: [UInt32: Entry] = [:]
    var last: UInt32 = 0
    /// Numbers that lost their last reference, and when; some may have got a new one since.
    var released: [(number: UInt32, at: ContinuousClock.Instant)] = []
    var firstReleased = 0
  }
  private let state = Mutex(State())

  /// How long a number without references is known.
  private static let afterlife = Duration.seconds(5)

  /// A reference to the number of `target`.
  func reference(to target: PuntTarget) -> PuntReference {
    let number = state.withLock { state -> UInt32 in
      Self.bury(&state)
      let number = state.numbers[target] ?? Self.add(target, &state)
      state.entries[number]?.references += 1
      return number
    }
    return PuntReference(number, self)
  }

  private static func add(_ target: PuntTarget, _ state: inout State) -> UInt32 {
    repeat { state.last &+= 1 } while state.last == 0 || state.entries[state.last] != nil
    state.entries[state.last] = Entry(target: target)
    state.numbers[target] = state.last
    return state.last
  }

  /// Forgets the numbers whose time is over.
  private static func bury(_ state: inout State) {
    let now = ContinuousClock.now
    while state.firstReleased < state.released.count,
      now - state.released[state.firstReleased].at > afterlife
    {
      let number = state.released[state.firstReleased].number
      state.firstReleased += 1
      guard let entry = state.entries[number], entry.references == 0 else { continue }
      state.entries[number] = nil
      state.numbers[entry.target] = nil
    }
    guard state.firstReleased > 1024 else { return }
    state.released.removeFirst(state.firstReleased)
    state.firstReleased = 0
  }

  fileprivate func release(_ number: UInt32) {
    state.withLock { state in
      state.entries[number]?.references -= 1
      if state.entries[number]?.references == 0 {
        state.released.append((number, ContinuousClock.now))
      }
      Self.bury(&state)
    }
  }

  func target(_ number: UInt32) -> PuntTarget? { state.withLock { $0.entries[number]?.target } }

  /// How many numbers are known.
  var count: Int { state.withLock { $0.entries.count } }
}

/// Keeps a number of the punt table alive.
final class PuntReference: Sendable {
  let number: UInt32
  private let table: PuntTable

  fileprivate init(_ number: UInt32, _ table: PuntTable) {
    self.number = number
    self.table = table
  }

  deinit { table.release(number) }
}
