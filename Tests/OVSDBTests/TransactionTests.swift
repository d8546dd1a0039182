import JSONRPC
import Testing

@testable import OVSDB

@Suite struct TransactionTests {
  private let uuid = UUID(high: 0, low: 1)

  private var database: Database {
    var database = Database()
    database.tables["T"] = [
      uuid: Row(table: "T", uuid: uuid, columns: ["name": .string("a"), "tag": .integer(1)])
    ]
    return database
  }

  private func encoded(_ build: (inout Transaction) -> Void) -> [String] {
    var transaction = Transaction()
    build(&transaction)
    return transaction.encoded(for: database, testSchema).map(\.text)
  }

  private let condition = #"[["_uuid","==",["uuid","00000000-0000-0000-0000-000000000001"]]]"#

  @Test func onlyDifferencesAreSent() {
    #expect(
      encoded {
        $0.update("T", uuid, ["name": .string("a"), "tag": .integer(2), "unknown": .integer(1)])
      } == [#"{"op":"update","row":{"tag":2},"table":"T","where":"# + condition + "}"])
    #expect(encoded { $0.update("T", uuid, ["name": .string("a")]) } == [])
    #expect(encoded { $0.update("T", .zero, ["name": .string("b")]) } == [])
  }

  @Test func otherOperations() {
    #expect(
      encoded { transaction in
        let row = transaction.insert("T", ["name": .string("n")])
        transaction.mutate("T", uuid, "set", .insert, .set([row]))
        transaction.verify("T", uuid, "tag")
        transaction.delete("T", uuid)
      } == [
        #"{"op":"insert","row":{"name":"n"},"table":"T","uuid-name":"row0"}"#,
        #"{"mutations":[["set","insert",["named-uuid","row0"]]],"op":"mutate","table":"T","where":"#
          + condition + "}",
        #"{"columns":["tag"],"op":"wait","rows":[{"tag":1}],"table":"T","timeout":0,"until":"==","where":"#
          + condition + "}",
        #"{"op":"delete","table":"T","where":"# + condition + "}",
      ])
  }

  @Test func answersAreUnderstood() throws {
    func outcome(_ text: String) throws -> Transaction.Outcome {
      Transaction.outcome(of: try JSON(parsing: text))
    }
    #expect(
      try outcome(#"[{},{"uuid":["uuid","00000000-0000-0000-0000-000000000001"]},{"count":1}]"#)
        == .success(inserted: [uuid]))
    #expect(try outcome(#"[{},{"error":"timed out"},null]"#) == .tryAgain)
    #expect(try outcome(#"[{"error":"not owner"}]"#) == .notLocked)
    #expect(
      try outcome(#"[{"error":"constraint violation","details":"why"}]"#)
        == .error("constraint violation: why"))
    #expect(try outcome("{}") == .error("bad reply: {}"))
  }

  @Test func waitingUpdatesAreJoined() {
    var queue = TransactionQueue()
    func update(_ columns: [String: Datum]) -> Transaction {
      var transaction = Transaction()
      transaction.update("T", uuid, columns)
      return transaction
    }
    var insert = Transaction()
    insert.insert("T", [:])
    var answered: [Int] = []
    queue.add(update(["tag": .integer(5)])) { _ in answered.append(1) }
    queue.add(update(["tag": .integer(6), "name": .string("z")])) { _ in answered.append(2) }
    queue.add(insert) { _ in answered.append(3) }
    queue.add(update(["tag": .integer(7)])) { _ in answered.append(4) }
    let first = queue.next()
    #expect(
      first?.transaction.encoded(for: database, testSchema).map(\.text) == [
        #"{"op":"update","row":{"name":"z","tag":6},"table":"T","where":"# + condition + "}"
      ])
    first?.answer(.unchanged)
    #expect(answered == [1, 2])
    #expect(queue.next()?.completions.count == 1)
    #expect(queue.next()?.completions.count == 1)
    #expect(queue.next() == nil && queue.isEmpty)
  }
}
