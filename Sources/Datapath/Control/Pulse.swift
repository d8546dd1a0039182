/// Whether a worker does what it is told: at each look it must have come to the command that it was
/// given at the look before. A look waits for nothing.
struct Pulse {
  /// Ticket of the command that it has to have come to.
  private var question: UInt64?

  /// `ask` gives it a command and returns the ticket; nil if it takes none any more.
  mutating func isFelt(processed: UInt64, ask: () -> UInt64?) -> Bool {
    if let question, processed < question { return false }
    question = ask()
    return true
  }
}
