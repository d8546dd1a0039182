import Runtime

/// One JSON-RPC 1.0 message.
public enum JSONRPCMessage: Equatable, Sendable {
  case request(method: String, params: [JSON], id: JSON)
  case notification(method: String, params: [JSON])
  case reply(result: JSON, id: JSON)
  case error(error: JSON, id: JSON)

  /// Throws `TextError` with OVS's words if the value is no message.
  public init(_ json: JSON) throws {
    guard case .object(let members) = json else {
      throw TextError("message is not a JSON object")
    }
    let method = members["method"] ?? .null
    if !method.isNull, method.string == nil { throw TextError("method is not a JSON string") }
    let known: Set<String> = ["method", "params", "result", "error", "id"]
    if let extra = members.keys.sorted().first(where: { !known.contains($0) }) {
      throw TextError("message has unexpected member \"\(extra)\"")
    }
    self = try Self.classify(method: method.string, members.filter { !$0.value.isNull })
  }

  private static func classify(method: String?, _ present: [String: JSON]) throws -> Self {
    let kind: String
    let must: Set<String>
    if method != nil {
      kind = present["id"] == nil ? "notification" : "request"
      must = present["id"] == nil ? ["method", "params"] : ["method", "params", "id"]
    } else {
      kind = present["error"] == nil ? "reply" : "error"
      must = present["error"] == nil ? ["result", "id"] : ["error", "id"]
    }
    if let params = present["params"], params.array == nil {
      throw TextError("\"params\" must be JSON array")
    }
    for name in ["method", "params", "result", "error", "id"] {
      let has = present[name] != nil
      // A reply to a request without interesting answer carries a null result.
      if has == must.contains(name) || (name == "result" && !has) { continue }
      throw TextError("\(kind) must\(has ? " not" : "") have \"\(name)\"")
    }
    let id = present["id"] ?? .null
    guard let method else {
      if let error = present["error"] { return .error(error: error, id: id) }
      return .reply(result: present["result"] ?? .null, id: id)
    }
    let params = present["params"]?.array ?? []
    return present["id"] == nil
      ? .notification(method: method, params: params)
      : .request(method: method, params: params, id: id)
  }

  public var json: JSON {
    switch self {
    case .request(let method, let params, let id):
      ["method": .string(method), "params": .array(params), "id": id]
    case .notification(let method, let params):
      ["method": .string(method), "params": .array(params), "id": nil]
    case .reply(let result, let id): ["result": result, "error": nil, "id": id]
    case .error(let error, let id): ["result": nil, "error": error, "id": id]
    }
  }
}
