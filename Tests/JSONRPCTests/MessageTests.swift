import Testing

@testable import JSONRPC

@Suite struct MessageTests {
  @Test func messagesComeAndGo() throws {
    let messages: [JSONRPCMessage] = [
      .request(method: "echo", params: [1, "x"], id: 7),
      .notification(method: "update", params: [nil]),
      .reply(result: [], id: "a"),
      .error(error: "no", id: 3),
    ]
    for message in messages { #expect(try JSONRPCMessage(message.json) == message) }
  }

  @Test(arguments: [
    ("[]", "message is not a JSON object"),
    (#"{"method":1}"#, "method is not a JSON string"),
    (#"{"method":"m","params":[],"id":1,"x":2}"#, "message has unexpected member \"x\""),
    (#"{"method":"m","id":1}"#, "request must have \"params\""),
    (#"{"method":"m","params":{},"id":1}"#, "\"params\" must be JSON array"),
    (#"{"method":"m","params":[],"result":1,"id":null}"#, "notification must not have \"result\""),
    (#"{"result":1}"#, "reply must have \"id\""),
    (#"{"result":1,"error":2,"id":3}"#, "error must not have \"result\""),
  ])
  func mistakesAreNamed(_ text: String, _ expected: String) throws {
    let json = try JSON(parsing: text)
    do {
      _ = try JSONRPCMessage(json)
      Issue.record("accepted")
    } catch { #expect("\(error)" == expected) }
  }
}
