import Glibc
import JSONRPC
import NIOCore
import Runtime
import Testing

@testable import OVSDB

/// Servers that are old, silent or broken.
@Suite struct StrangeServerTests {
  @Test(arguments: [[], ["monitor_cond_since"], ["monitor_cond_since", "monitor_cond"]])
  func oldServersAreAskedInTheirWay(_ unknown: [String]) throws {
    let server = try FakeServer { method, params in
      unknown.contains(method) ? .error("unknown method") : decentAnswer(method, params)
    }
    let harness = try ClientHarness(server.remote)
    #expect(harness.eventually { $0.state == .init(isConnected: true, lock: .held) })
    #expect(
      try harness.control.sync {
        harness.client.database.rows("Bridge").values.map { $0.string("name") }
      } == ["br0"])
    let ways = ["monitor_cond_since", "monitor_cond", "monitor"]
    #expect(server.seenMethods == ["lock", "get_schema"] + ways.prefix(unknown.count + 1))
  }

  @Test func silentServersAreGivenUp() throws {
    let server = try FakeServer { method, params in
      method == "echo" ? .silence : decentAnswer(method, params)
    }
    let harness = try ClientHarness(server.remote) { $0.probeInterval = .milliseconds(30) }
    #expect(harness.eventually { _ in server.connectionCount > 1 })
    #expect(server.seenMethods.contains("echo"))
  }

  @Test func answeringServersAreKept() throws {
    let server = try FakeServer { method, params in
      method == "echo" ? .result(.array(params)) : decentAnswer(method, params)
    }
    let harness = try ClientHarness(server.remote) { $0.probeInterval = .milliseconds(10) }
    #expect(harness.eventually { _ in server.seenMethods.filter { $0 == "echo" }.count > 5 })
    #expect(server.connectionCount == 1)
  }

  /// Wrong answers to every question in turn: never a crash, never a wrong copy.
  @Test func garbageIsSurvived() throws {
    let garbage: [FakeServer.Reply] = [
      .bytes(Array("garbage".utf8)), .bytes(Array("{\"id\":1".utf8)), .bytes([0, 0xff, 0x7b]),
      .bytes(Array("{}".utf8)),
      .bytes(Array(#"{"method":"update","params":[1,2],"id":null}"#.utf8)),
      .bytes(Array(#"{"method":"update3","params":[1,2,{"Bridge":{"x":{}}}],"id":null}"#.utf8)),
      .bytes(Array(#"{"method":"locked","params":[],"id":null}"#.utf8)),
      .bytes(Array(#"{"result":1,"error":null,"id":99}"#.utf8)),
      .result(nil), .result(1), .result([]), .result([true]), .result([1, 2, 3]),
      .result(["tables": 1]),
      .result(["tables": ["Bridge": ["columns": ["name": ["type": ["key": 5]]]]]]),
      .result([false, nil, ["Nonsense": [:]]]), .result([true, "x", ["Bridge": ["y": 1]]]),
      .error(nil), .error([:]), .error("no"),
    ]
    let harnesses = try garbage.flatMap { reply in
      try ["get_schema", "monitor_cond_since"].map { target in
        let server = try FakeServer { method, params in
          method == target ? reply : decentAnswer(method, params)
        }
        return (target, server, try ClientHarness(server.remote))
      }
    }
    #expect(
      harnesses.allSatisfy { _, server, harness in
        harness.eventually { _ in server.seenMethods.count >= 2 }
      })
    usleep(100_000)
    for (_, _, harness) in harnesses {
      #expect(try harness.control.sync { harness.client.database.rows("Bridge").count } <= 1)
    }
  }

  @Test func remotesAreTriedInTurn() throws {
    let server = try FakeServer(decentAnswer)
    let harness = try ClientHarness("unix:/nonexistent/socket") {
      $0.remotes += ["nonsense", server.remote]
    }
    #expect(harness.eventually { $0.state.isConnected })
  }
}
