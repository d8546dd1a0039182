import Glibc

/// What the log knows about the thread that logs: its name and how many messages it wrote.
///
/// Lives in thread-specific storage, so nothing here is shared.
public final class ThreadContext {
  /// Name shown in log lines; empty for the main thread.
  public fileprivate(set) var name = ""
  var messages: UInt32 = 0

  private static let key: pthread_key_t = {
    var key = pthread_key_t()
    pthread_key_create(&key) { raw in
      if let raw { Unmanaged<ThreadContext>.fromOpaque(raw).release() }
    }
    return key
  }()

  public static var current: ThreadContext {
    if let raw = pthread_getspecific(key) {
      return Unmanaged<ThreadContext>.fromOpaque(raw).takeUnretainedValue()
    }
    let context = ThreadContext()
    pthread_setspecific(key, Unmanaged.passRetained(context).toOpaque())
    return context
  }

  /// Another name in log lines only.
  func rename(_ name: String) { self.name = name }

  /// Names the calling thread, for the log and for `ps -L` (which keeps 15 bytes).
  public static func setName(_ name: String) {
    current.name = name
    let comm = open("/proc/thread-self/comm", O_WRONLY | O_CLOEXEC)
    guard comm >= 0 else { return }
    _ = write(comm, name, min(15, name.utf8.count))
    close(comm)
  }
}

/// Starts a thread of its own that runs `body` once.
public func startThread(named name: String, _ body: @escaping () -> Void) {
  final class Start {
    let name: String
    let body: () -> Void
    init(_ name: String, _ body: @escaping () -> Void) {
      self.name = name
      self.body = body
    }
  }
  var thread = pthread_t()
  let start = Unmanaged.passRetained(Start(name, body))
  let code = pthread_create(
    &thread, nil,
    { raw in
      guard let raw else { return nil }
      let start = Unmanaged<Start>.fromOpaque(raw).takeRetainedValue()
      ThreadContext.setName(start.name)
      start.body()
      return nil
    }, start.toOpaque())
  if code != 0 { Log("ovs_thread").fatal("pthread_create failed (\(errorText(code)))") }
  pthread_detach(thread)
}
