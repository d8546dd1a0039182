import Glibc
import Testing

@testable import Runtime

@Suite struct ServiceManagerTests {
  /// A socket where datagrams arrive, by its path or, behind "@", its name.
  private final class Listener {
    let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue), 0)

    init(_ name: String) throws {
      var address = sockaddr_un()
      address.sun_family = sa_family_t(AF_UNIX)
      withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name.utf8) }
      let isAbstract = name.hasPrefix("@")
      if isAbstract { address.sun_path.0 = 0 }
      let length = socklen_t(2 + name.utf8.count + (isAbstract ? 0 : 1))
      let code = withUnsafePointer(to: &address) {
        $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
      }
      try #require(code == 0, "\(errorText())")
    }

    /// What has arrived; nil if nothing has.
    func next(wait: Bool = false) -> String? {
      var buffer = [UInt8](repeating: 0, count: 256)
      let count = recv(
        descriptor, &buffer, buffer.count, wait ? 0 : Int32(MSG_DONTWAIT))
      return count < 0 ? nil : String(decoding: buffer[..<count], as: UTF8.self)
    }

    deinit { close(descriptor) }
  }

  @Test(arguments: ["/tmp/patchbay-notify-test.\(getpid())", "@patchbay-notify-test.\(getpid())"])
  func newsArrive(name: String) throws {
    defer { unlink(name) }
    let listener = try Listener(name)
    let manager = try #require(ServiceManager { $0 == "NOTIFY_SOCKET" ? name : nil })
    #expect(manager.beat == nil)
    manager.ready()
    #expect(listener.next() == "READY=1\nMAINPID=\(getpid())\n")
    manager.stopping()
    #expect(listener.next() == "STOPPING=1\n")
  }

  @Test func nobodyIsToldWhenNobodyAsked() {
    #expect(ServiceManager { _ in nil } == nil)
    #expect(ServiceManager { _ in "" } == nil)
    // Who is gone is not waited for.
    ServiceManager { $0 == "NOTIFY_SOCKET" ? "/nonexistent/socket" : nil }?.ready()
  }

  @Test func theWatchdogIsForOneProcessOnly() {
    func beat(_ pid: String?) -> Int64? {
      ServiceManager {
        switch $0 {
        case "NOTIFY_SOCKET": "/x"
        case "WATCHDOG_USEC": "30000000"
        case "WATCHDOG_PID": pid
        default: nil
        }
      }?.beat
    }
    #expect(beat(nil) == 15_000 && beat("\(getpid())") == 15_000 && beat("1") == nil)
  }

  @Test func beatsAsLongAsAllIsWell() throws {
    let name = "@patchbay-beat-test.\(getpid())"
    let listener = try Listener(name)
    let manager = try #require(
      ServiceManager { ["NOTIFY_SOCKET": name, "WATCHDOG_USEC": "10000"][$0] })
    let loop = ControlLoop(clock: Clock())
    defer { loop.shutdown() }
    let looks = Locked(0)
    let isOver = Locked(false)
    loop.execute {
      manager.watch(on: loop) {
        looks.withLock { $0 += 1 }
        return isOver.withLock { $0 } ? "ill" : nil
      }
    }
    for _ in 0..<3 { #expect(listener.next(wait: true) == "WATCHDOG=1\n") }
    isOver.withLock { $0 = true }
    // One may be on its way; then there is silence, but it goes on looking.
    let before = looks.withLock { $0 }
    while looks.withLock({ $0 }) < before + 2 { usleep(1000) }
    while listener.next() != nil {}
    let seen = looks.withLock { $0 }
    while looks.withLock({ $0 }) < seen + 2 { usleep(1000) }
    #expect(listener.next() == nil)
  }
}
