import Glibc

/// Which file is at a path: to see whether a socket that we made is still the one that is there.
struct SocketFile: Equatable {
  private let device: UInt
  private let number: UInt

  /// Nil when there is none.
  init?(at path: String) {
    var about = stat()
    guard stat(path, &about) == 0 else { return nil }
    (device, number) = (UInt(about.st_dev), UInt(about.st_ino))
  }

  /// Does something that removes what is at the path, and puts it back afterwards.
  static func keeping(_ path: String, during body: () -> Void) {
    let aside = "\(path).kept-\(getpid())"
    let isAside = rename(path, aside) == 0
    body()
    if isAside { rename(aside, path) }
  }
}
