/// What is wrong with a piece of flow text, in OVS's words where it has some.
public struct FlowTextError: Error, Hashable, Sendable, CustomStringConvertible {
  public let description: String
  init(_ description: String) { self.description = description }
}
