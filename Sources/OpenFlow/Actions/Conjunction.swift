/// `conjunction(ID,K/N)`: the flow is one of the alternatives for dimension K of the N dimensions of
/// a conjunctive match, whose action flow matches `conj_id=ID`. Says what the flow *is*; does nothing.
public struct ConjunctionAction: Action, Hashable {
  public let id: UInt32
  /// Counted from 0.
  public let clause: UInt8
  public let clauseCount: UInt8

  public init(id: UInt32, clause: UInt8, clauseCount: UInt8) {
    self.id = id
    self.clause = clause
    self.clauseCount = clauseCount
  }

  /// How many dimensions there may be.
  private static let counts: ClosedRange<UInt8> = 2...64

  public static let places = [ActionPlace(.nicira(34), .v10 ... .v15, length: 16)]

  public static func read(
    from reader: inout WireReader, as identity: ActionIdentity, _ context: WireContext
  ) throws(OpenFlowError) -> any Action {
    let clause = try reader.u8()
    let count = try reader.u8()
    guard counts.contains(count), clause < count else { throw .badConjunction }
    return ConjunctionAction(id: try reader.u32(), clause: clause, clauseCount: count)
  }

  public func write(
    to writer: inout WireWriter, as identity: ActionIdentity, _ context: WireContext
  ) {
    writer.u8(clause)
    writer.u8(clauseCount)
    writer.u32(id)
  }

  public static let keywords = ["conjunction"]

  public static func parse(
    _ argument: Substring, keyword: String, _ context: TextContext
  ) throws(FlowTextError) -> [any Action] {
    let words = argument.split(whereSeparator: { ",/".contains($0) })
      .map { $0.filter { $0 != " " } }
    guard words.count == 3, let id = Number.parse(words[0], max: UInt128(UInt32.max)),
      let clause = Number.parse(words[1], max: 255), let count = Number.parse(words[2], max: 255)
    else { throw FlowTextError("\"conjunction\" syntax is \"conjunction(id,i/n)\"") }
    guard count >= 2 else { throw FlowTextError("conjunction must have at least 2 clauses") }
    guard count <= 64 else { throw FlowTextError("conjunction must have at most 64 clauses") }
    guard clause >= 1 else { throw FlowTextError("clause index must be positive") }
    guard clause <= count else {
      throw FlowTextError("clause index must be less than or equal to number of clauses")
    }
    return [
      ConjunctionAction(id: UInt32(id), clause: UInt8(clause - 1), clauseCount: UInt8(count))
    ]
  }

  public func appendText(to text: inout String) {
    text += "conjunction(\(id),\(Int(clause) + 1)/\(clauseCount))"
  }
}
