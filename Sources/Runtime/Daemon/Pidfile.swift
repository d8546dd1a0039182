import Glibc

private let log = Log("daemon_unix")

/// The pidfile: names the running daemon and, by a lock on it, proves that it still runs. The lock is
/// the kernel's record lock, so it goes with the process however that ends.
///
/// The file is made under a temporary name, locked and filled there, then renamed: nobody sees it
/// empty. Closing any descriptor of the file would drop the lock; ours stays open for ever.
public enum Pidfile {
  /// Ours, which must not be opened again.
  private nonisolated(unsafe) static var own: String?

  /// Throws `TextError` if another daemon holds it or it cannot be made.
  static func create(_ path: String, overwrite: Bool) throws {
    let temporary = overwrite ? "\(path).tmp\(getpid())" : "\(path).tmp"
    let file = open(temporary, O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
    guard file >= 0 else { throw TextError("\(temporary): create failed (\(errorText()))") }
    guard lock(file) else {
      throw TextError("\(temporary): fcntl(F_SETLK) failed (\(errorText()))")
    }
    ExitHooks.unlinkAtExit(temporary)
    if !overwrite { try refuseIfRunning(path) }
    let text = "\(getpid())\n"
    guard ftruncate(file, 0) == 0 else {
      throw TextError("\(temporary): truncate failed (\(errorText()))")
    }
    guard write(file, text, text.utf8.count) == text.utf8.count else {
      throw TextError("\(temporary): write failed (\(errorText()))")
    }
    guard rename(temporary, path) == 0 else {
      throw TextError("failed to rename \"\(temporary)\" to \"\(path)\" (\(errorText()))")
    }
    ExitHooks.keepFile(temporary)
    ExitHooks.unlinkAtExit(path)
    own = path
  }

  /// Process id of the daemon that holds this file; nil if none does.
  public static func owner(of path: String) -> pid_t? {
    if path == own { return getpid() }
    let file = open(path, O_RDWR | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var query = lockRequest()
    guard fcntl(file, F_GETLK, &query) == 0, query.l_type != Int16(F_UNLCK) else { return nil }
    return query.l_pid
  }

  private static func refuseIfRunning(_ path: String) throws {
    if let pid = owner(of: path) {
      throw TextError("\(path): already running as pid \(pid), aborting")
    }
  }

  private static func lock(_ file: Int32) -> Bool {
    var request = lockRequest()
    return fcntl(file, F_SETLK, &request) == 0
  }

  private static func lockRequest() -> flock {
    flock(
      l_type: Int16(F_WRLCK), l_whence: Int16(SEEK_SET), l_start: 0, l_len: 0, l_pid: 0)
  }
}
