import Glibc
import NIOSSL

/// Reading keys for every connection would let anybody who can connect keep us busy; so what was read
/// is kept until the settings or the files change.
final class ServerContexts {
  private struct Stamp: Equatable {
    let settings: TLSSettings
    let files: [Int64]
  }

  private var last: (stamp: Stamp, context: NIOSSLContext)?

  /// Throws `TextError` or NIOSSL's errors if files are missing or wrong.
  func current(_ settings: TLSSettings) throws -> NIOSSLContext {
    let paths = [settings.privateKey, settings.certificate, settings.authority]
    let stamp = Stamp(settings: settings, files: paths.map(Self.modified))
    if let last, last.stamp == stamp { return last.context }
    let context = try NIOSSLContext(configuration: settings.serverConfiguration())
    last = (stamp, context)
    return context
  }

  private static func modified(_ path: String?) -> Int64 {
    var status = stat()
    guard let path, stat(path, &status) == 0 else { return -1 }
    return Int64(status.st_mtim.tv_sec) &* 1_000_000_000 &+ Int64(status.st_mtim.tv_nsec)
  }
}
