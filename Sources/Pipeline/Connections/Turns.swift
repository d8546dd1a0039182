import NIOCore

/// Shares the control thread between connections that have more to do than fits in one go, and
/// between them and everything else there.
///
/// A connection works off a handful of requests, a millisecond at most, and then stands in line here.
/// The line is served for a few milliseconds, then sockets, timers and the database have their turn.
/// All bridges share one: with a line each they would take the place of those for whom they step aside.
/// Control thread.
public final class Turns {
  private let loop: EventLoop
  private var line: [() -> Void] = []
  private var isScheduled = false

  /// Nanoseconds for the line before others have their turn.
  private static let budget: Int64 = 4_000_000
  /// Long enough for the loop to look at its sockets, which it does not do for what is due already.
  private static let gap = TimeAmount.microseconds(50)

  public init(_ loop: EventLoop) { self.loop = loop }

  /// Whether somebody stands in line: then everybody does.
  var isBusy: Bool { isScheduled }

  /// Somebody took long without standing in line: whoever comes now steps aside.
  func pause() { schedule() }

  /// Runs `body` when it is its turn.
  func wait(_ body: @escaping () -> Void) {
    line.append(body)
    schedule()
  }

  private func schedule() {
    guard !isScheduled else { return }
    isScheduled = true
    loop.scheduleTask(in: Self.gap) { [weak self] in self?.serve() }
  }

  private func serve() {
    isScheduled = false
    let turn = Turn(nanoseconds: Self.budget)
    var served = 0
    while served < line.count, !turn.isOver {
      // Who is not done stands in line again, behind the others.
      let body = line[served]
      served += 1
      body()
    }
    line.removeFirst(served)
    if !line.isEmpty { schedule() }
  }
}

/// A piece of time.
struct Turn {
  private let end: NIODeadline

  init(nanoseconds: Int64) { end = .now() + .nanoseconds(nanoseconds) }

  var isOver: Bool { NIODeadline.now() >= end }
}
