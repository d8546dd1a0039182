import JSONRPC
import TestSupport
import Testing

@testable import OVSDB

/// A small schema with one column of every kind.
let testSchema: Schema = {
  var schema = Schema()
  schema.tables["T"] = [
    "name": ColumnType(key: .string),
    "tag": ColumnType(key: .integer, minimum: 0),
    "set": ColumnType(key: .integer, minimum: 0, maximum: nil),
    "map": ColumnType(key: .string, value: .string, minimum: 0, maximum: nil),
    "state": ColumnType(key: .string, minimum: 0),
  ]
  return schema
}()

let testInterest = Interest([
  "T": Interest.Table(alert: ["name", "tag", "set", "map"], silent: ["state"])
])

@Suite struct ReplicaTests {
  private let one = "00000000-0000-0000-0000-000000000001"
  private let uuid = UUID(high: 0, low: 1)

  private func apply(
    _ database: inout Database, _ text: String, _ format: UpdateFormat = .difference
  )
    throws -> Bool
  {
    let updates = try JSON(parsing: text.replacing("ONE", with: one))
    return try database.apply(updates, format, testSchema, testInterest)
  }

  @Test func differencesBuildTheCopy() throws {
    var database = Database()
    #expect(try apply(&database, #"{"T":{"ONE":{"initial":{"name":"a","set":["set",[1,2]]}}}}"#))
    var row = try #require(database.row("T", uuid))
    #expect(row.string("name") == "a" && row.ints("set") == [1, 2])
    #expect(row.int("tag") == nil && row.map("map") == [:] && row.columns.count == 5)
    #expect(try apply(&database, #"{"T":{"ONE":{"modify":{"set":["set",[2,3]],"tag":5}}}}"#))
    #expect(try apply(&database, #"{"T":{"ONE":{"modify":{"map":["map",[["k","v"]]]}}}}"#))
    row = try #require(database.row("T", uuid))
    #expect(row.ints("set") == [1, 3] && row.int("tag") == 5 && row.map("map") == ["k": "v"])
    #expect(
      try apply(
        &database, #"{"T":{"ONE":{"modify":{"map":["map",[["k","w"]]],"tag":["set",[]]}}}}"#))
    row = try #require(database.row("T", uuid))
    #expect(row.map("map") == ["k": "w"] && row.int("tag") == nil)
    #expect(try apply(&database, #"{"T":{"ONE":{"delete":null}}}"#) == true)
    #expect(database.rows("T").isEmpty)
  }

  @Test func silentColumnsCallNobody() throws {
    var database = Database()
    _ = try apply(&database, #"{"T":{"ONE":{"insert":{"name":"a"}}}}"#)
    #expect(try apply(&database, #"{"T":{"ONE":{"modify":{"state":"up"}}}}"#) == false)
    #expect(database.row("T", uuid)?.string("state") == "up")
    let old = database
    _ = try apply(&database, #"{"T":{"ONE":{"modify":{"state":"down"}}}}"#)
    #expect(!testInterest.isAlert(from: old, to: database))
    _ = try apply(&database, #"{"T":{"ONE":{"modify":{"name":"b"}}}}"#)
    #expect(testInterest.isAlert(from: old, to: database))
    #expect(testInterest.isAlert(from: old, to: Database()))
  }

  @Test func wholeRowsOfTheOldProtocol() throws {
    var database = Database()
    #expect(try apply(&database, #"{"T":{"ONE":{"new":{"name":"a","set":1}}}}"#, .whole))
    #expect(
      try apply(
        &database, #"{"T":{"ONE":{"old":{"set":1},"new":{"name":"a","set":["set",[]]}}}}"#, .whole))
    #expect(database.row("T", uuid)?.ints("set") == [])
    #expect(try apply(&database, #"{"T":{"ONE":{"old":{"name":"a"}}}}"#, .whole))
    #expect(database.rows("T").isEmpty)
  }

  @Test(arguments: [
    "[]", #"{"X":{}}"#, #"{"T":[]}"#, #"{"T":{"x":{}}}"#, #"{"T":{"ONE":1}}"#, #"{"T":{"ONE":{}}}"#,
    #"{"T":{"ONE":{"modify":{"name":"a"}}}}"#, #"{"T":{"ONE":{"insert":{"name":1}}}}"#,
    #"{"T":{"ONE":{"insert":{"nix":1}}}}"#, #"{"T":{"ONE":{"insert":[]}}}"#,
  ])
  func nonsenseIsRefused(_ text: String) {
    var database = Database()
    #expect(throws: (any Error).self) { try apply(&database, text) }
  }

  /// Damaged updates: an error or a copy, never a crash.
  @Test func damagedUpdates() throws {
    let sane = Array(
      """
      {"T":{"ONE":{"initial":{"name":"a","set":["set",[1,2]],"map":["map",[["k","v"]]],"tag":3}},
      "00000000-0000-0000-0000-000000000002":{"modify":{"set":4}},"x":{"delete":null}}}
      """.replacing("ONE", with: one).utf8)
    var random = SplitMix(seed: 6)
    let digits = Array(#"0129"{}[],:abkv null"#.utf8)
    for _ in 0..<5000 {
      var bytes = sane
      for _ in 0...random.next() % 4 {
        let index = Int(random.next() % UInt64(bytes.count))
        bytes[index] = digits[Int(random.next() % UInt64(digits.count))]
      }
      guard let json = try? JSON(parsing: bytes) else { continue }
      var database = Database()
      for format in [UpdateFormat.difference, .whole] {
        _ = try? database.apply(json, format, testSchema, testInterest)
      }
    }
  }

  @Test func oldSchemasLackColumns() throws {
    var schema = testSchema
    schema.tables["T"]?["tag"] = nil
    let limited = Interest(testInterest.tables.merging(["U": .init(alert: ["x"])]) { $1 })
      .limited(to: schema)
    #expect(limited.interest.tables["T"]?.columns.contains("tag") == false)
    #expect(
      limited.missing == [
        "T table in database lacks tag column (database needs upgrade?)",
        "database lacks U table (database needs upgrade?)",
      ])
    #expect(throws: (any Error).self) { try Schema(["tables": ["T": [:]]]) }
    #expect(throws: (any Error).self) {
      try Schema(["tables": ["T": ["columns": ["c": ["type": "x"]]]]])
    }
  }
}
