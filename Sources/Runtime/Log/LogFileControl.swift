import Glibc

private let log = Log("vlog")

/// Opening, rotating and closing the log file. The texts are OVS's.
extension LogCenter {
  /// Path of the log file that is configured, open or not.
  public var filePath: String? { state.withLock { $0.file?.path } }

  /// Logs to this file from now on; nil means the default, `<logdir>/<program>.log`.
  public func openFile(_ path: String?) throws {
    let path = Paths.absolute(path ?? "\(Program.name).log", in: path == nil ? Paths.log : nil)
    let new: LogFile
    do {
      new = try LogFile(opening: path)
    } catch {
      log.warn("failed to open \(path) for logging: \(error)")
      throw error
    }
    let old = state.withLock { $0.file }
    if let old, old.isSameFile(as: new) {
      close(new.descriptor)
      return
    }
    if old != nil { log.info("closing log file") }
    state.withLock { $0.file = new }
    if let old { close(old.descriptor) }
    log.info("opened log file \(path)")
  }

  /// `vlog/reopen`: after the file was moved away by a log rotation.
  public func reopenFile() throws {
    guard let path = filePath ?? lastPath() else {
      throw TextError("Logging to file not configured")
    }
    try openFile(path)
  }

  /// `vlog/close`: stops logging to the file until `vlog/reopen`.
  public func closeFile() {
    state.withLock { state in
      guard let file = state.file else { return }
      close(file.descriptor)
      state.closedPath = file.path
      state.file = nil
    }
  }

  private func lastPath() -> String? { state.withLock { $0.closedPath } }

  /// Gives the file to the user that `--user` switches to.
  func changeFileOwner(_ user: uid_t, _ group: gid_t) throws {
    guard let path = filePath else { return }
    guard chown(path, user, group) == 0 else {
      throw TextError("Failed to change \(path) ownership: \(errorText()).")
    }
  }
}
