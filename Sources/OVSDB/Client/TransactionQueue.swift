/// Transactions that wait for their turn: one is with the server, the others wait here, and those that
/// only set columns are joined, so that a slow server sees fewer and not more of them.
struct TransactionQueue {
  typealias Completion = (Transaction.Outcome) -> Void

  struct Entry {
    var transaction: Transaction
    var completions: [Completion]

    /// Tells everybody whose transaction this is.
    func answer(_ outcome: Transaction.Outcome) {
      for completion in completions { completion(outcome) }
    }
  }

  private var waiting: [Entry] = []

  var isEmpty: Bool { waiting.isEmpty }

  mutating func add(_ transaction: Transaction, _ completion: @escaping Completion) {
    if let last = waiting.indices.last, transaction.isMergeable,
      waiting[last].transaction.isMergeable
    {
      waiting[last].transaction.merge(transaction)
      waiting[last].completions.append(completion)
    } else {
      waiting.append(Entry(transaction: transaction, completions: [completion]))
    }
  }

  mutating func next() -> Entry? { waiting.isEmpty ? nil : waiting.removeFirst() }
}
