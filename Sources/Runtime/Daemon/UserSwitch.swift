import Glibc

/// `--user=USER[:GROUP]`: gives up root, but keeps the capabilities that a switch needs (network
/// administration, raw sockets, locked memory, low ports).
struct UserSwitch {
  private let user: String
  private let uid: uid_t
  private let gid: gid_t

  /// Throws `TextError`.
  init(_ specification: String) throws {
    guard geteuid() == 0, getuid() == 0 else { throw TextError("only root can use --user option") }
    let trimmed = specification.drop { " \t\r\n".contains($0) }
    let parts = trimmed.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
    let name = String(parts.first ?? "")
    guard let entry = name.isEmpty ? getpwuid(getuid()) : getpwnam(name) else {
      throw TextError("user \(name) not found, aborting.")
    }
    user = String(cString: entry.pointee.pw_name)
    uid = entry.pointee.pw_uid
    let group = parts.count > 1 ? String(parts[1]) : ""
    gid =
      group.isEmpty ? entry.pointee.pw_gid : try Self.group(group, of: user, entry.pointee.pw_gid)
  }

  private static func group(_ name: String, of user: String, _ primary: gid_t) throws -> gid_t {
    guard let entry = getgrnam(name) else { throw TextError("group \(name) not found, aborting.") }
    if entry.pointee.gr_gid == primary { return primary }
    var member = entry.pointee.gr_mem
    while let text = member?.pointee {
      if String(cString: text) == user { return entry.pointee.gr_gid }
      member = member?.advanced(by: 1)
    }
    throw TextError("user \(user) is not in group \(name), aborting.")
  }

  func become(pidfile: String?) throws {
    try LogCenter.shared.changeFileOwner(uid, gid)
    // PR_SET_KEEPCAPS: capabilities survive setuid as permitted ones; capset makes them effective.
    guard uid == 0 || prctl(8, 1) == 0 else { throw failure("keep capabilities") }
    guard setgid(gid) == 0, initgroups(user, gid) == 0 else { throw failure("switch group") }
    guard setuid(uid) == 0 else { throw failure("switch user to \(user)") }
    guard uid == 0 || keepCapabilities() else { throw failure("keep capabilities") }
  }

  private func failure(_ what: String) -> TextError {
    TextError("failed to \(what) (\(errorText())), aborting")
  }

  private func keepCapabilities() -> Bool {
    // net_bind_service, net_broadcast, net_admin, net_raw, ipc_lock.
    let kept: UInt32 = 1 << 10 | 1 << 11 | 1 << 12 | 1 << 13 | 1 << 14
    // _LINUX_CAPABILITY_VERSION_3, this process; then effective, permitted, inheritable, twice.
    var header: [UInt32] = [0x2008_0522, 0]
    var data: [UInt32] = [kept, kept, 0, 0, 0, 0]
    typealias Capset = @convention(c) (UnsafeMutableRawPointer, UnsafeMutableRawPointer) -> Int32
    guard let symbol = dlsym(nil, "capset") else { return false }
    return unsafeBitCast(symbol, to: Capset.self)(&header, &data) == 0
  }

  /// Swift does not import C functions with variable arguments; this one takes plain words.
  private func prctl(_ option: Int32, _ value: UInt) -> Int32 {
    typealias Prctl = @convention(c) (Int32, UInt, UInt, UInt, UInt) -> Int32
    guard let symbol = dlsym(nil, "prctl") else { return -1 }
    return unsafeBitCast(symbol, to: Prctl.self)(option, value, 0, 0, 0)
  }
}
