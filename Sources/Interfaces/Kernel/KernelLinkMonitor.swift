import CDPDKShim
import Glibc
import Runtime

/// Hears of every link of the kernel (of this network namespace) that comes, changes or goes, and
/// tells the control thread its name; an empty name says that some were missed, so any may have
/// changed.
///
/// Threads: one thread of its own sleeps on the socket until the process ends; `body` runs on the
/// control thread. Names that come while the control thread is busy are told once.
final class KernelLinkMonitor {
  private let descriptor: Int32
  private let loop: ControlLoop
  private let body: (String) -> Void
  private var pending: Set<String> = []
  private let lock = UnsafeMutablePointer<pthread_mutex_t>.allocate(capacity: 1)

  /// Starts to listen.
  init(_ loop: ControlLoop, body: @escaping (String) -> Void) throws {
    descriptor = pb_link_monitor_open()
    self.loop = loop
    self.body = body
    pthread_mutex_init(lock, nil)
    guard descriptor >= 0 else { throw TextError("rtnetlink: \(errorText(-descriptor))") }
    try start()
  }

  private func start() throws {
    var thread = pthread_t()
    let context = Unmanaged.passRetained(self)
    let failure = pthread_create(
      &thread, nil,
      { context in
        guard let context else { return nil }
        pb_name_self("links")
        Unmanaged<KernelLinkMonitor>.fromOpaque(context).takeRetainedValue().listen()
        return nil
      }, context.toOpaque())
    guard failure == 0 else {
      context.release()
      throw TextError("link monitor: \(errorText(failure))")
    }
    pthread_detach(thread)
  }

  private func listen() {
    typealias Name = (
      CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar,
      CChar, CChar, CChar, CChar, CChar, CChar, CChar, CChar
    )
    let room = 256
    let names = UnsafeMutablePointer<Name>.allocate(capacity: room)
    defer { names.deallocate() }
    while true {
      let count = pb_link_monitor_next(descriptor, names, Int32(room))
      guard count >= -1 else {
        log.err("link monitor: \(errorText(-count - 1))")
        return
      }
      let changed =
        count == -1
        ? [""]
        : (0..<Int(count)).map { i in
          withUnsafeBytes(of: names[i]) {
            String(decoding: $0.prefix { $0 != 0 }, as: UTF8.self)
          }
        }
      tell(changed)
    }
  }

  private func tell(_ names: [String]) {
    guard !names.isEmpty else { return }
    pthread_mutex_lock(lock)
    let scheduled = !pending.isEmpty
    pending.formUnion(names)
    pthread_mutex_unlock(lock)
    if scheduled { return }
    loop.execute { [self] in
      pthread_mutex_lock(lock)
      let names = pending
      pending = []
      pthread_mutex_unlock(lock)
      names.sorted().forEach(body)
    }
  }
}
