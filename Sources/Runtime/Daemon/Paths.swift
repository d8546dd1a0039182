import Glibc

/// Directories of a switch. Each can be moved by its environment variable, which is how several
/// isolated switches live on one machine.
public enum Paths {
  /// Sockets and pidfiles.
  public static var run: String { variable("OVS_RUNDIR") ?? "/var/run/openvswitch" }
  public static var log: String { variable("OVS_LOGDIR") ?? "/var/log/openvswitch" }
  public static var sysconf: String { variable("OVS_SYSCONFDIR") ?? "/etc" }
  /// Where conf.db lives.
  public static var database: String {
    variable("OVS_DBDIR") ?? variable("OVS_SYSCONFDIR").map { $0 + "/openvswitch" }
      ?? "/etc/openvswitch"
  }
  /// Where the database schema lives.
  public static var packageData: String { variable("OVS_PKGDATADIR") ?? "/usr/share/openvswitch" }

  /// `name` if it is absolute, else below `directory` (nil: the working directory).
  public static func absolute(_ name: String, in directory: String?) -> String {
    if name.hasPrefix("/") { return name }
    if let directory { return "\(directory)/\(name)" }
    guard let working = getcwd(nil, 0) else { return name }
    defer { free(working) }
    return "\(String(cString: working))/\(name)"
  }

  private static func variable(_ name: String) -> String? {
    guard let value = getenv(name).map({ String(cString: $0) }), !value.isEmpty else { return nil }
    return value
  }
}
