import Glibc

/// Blocking calls on unix sockets, for the few places that need them before there is a loop.
public enum UnixSocket {
  /// A socket connected to the one at `path`, or nil. The caller closes it. A path that begins with
  /// "@" is no file but a name in the kernel's own list, which begins with a zero and has no end.
  public static func connect(_ path: String, datagrams: Bool = false) -> Int32? {
    let isAbstract = path.hasPrefix("@")
    var address = sockaddr_un()
    address.sun_family = sa_family_t(AF_UNIX)
    let fits = withUnsafeMutableBytes(of: &address.sun_path) { field in
      guard path.utf8.count < field.count else { return false }
      field.copyBytes(from: path.utf8)
      if isAbstract { field[0] = 0 }
      return true
    }
    let type = Int32((datagrams ? SOCK_DGRAM : SOCK_STREAM).rawValue)
    let descriptor = socket(AF_UNIX, type | O_CLOEXEC, 0)
    guard descriptor >= 0 else { return nil }
    let size = MemoryLayout<sockaddr_un>.size
    let length = socklen_t(
      isAbstract ? size - MemoryLayout.size(ofValue: address.sun_path) + path.utf8.count : size)
    let code = withUnsafePointer(to: &address) {
      $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
        Glibc.connect(descriptor, $0, length)
      }
    }
    if fits, code == 0 { return descriptor }
    close(descriptor)
    return nil
  }

  /// Whether somebody accepts connections at `path`.
  public static func answers(_ path: String) -> Bool {
    guard let descriptor = connect(path) else { return false }
    close(descriptor)
    return true
  }
}
