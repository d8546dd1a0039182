import Glibc

/// Who we are: the names and versions that tools and scripts look for.
///
/// Everything here is set once, before any thread exists, and only read afterwards.
public enum Program {
  /// The version of Open vSwitch whose behaviour we match.
  public static let openVSwitchVersion = "3.1.0"
  /// The newest version of the Open_vSwitch database schema we know.
  public static let schemaVersion = "8.3.1"
  public static let patchbayVersion = "0.1.0"

  /// Base of the pidfile's, log file's and control socket's names. The tools look for
  /// "ovs-vswitchd", so our own binary's name becomes that; any other name is kept.
  public nonisolated(unsafe) private(set) static var name = "ovs-vswitchd"
  /// The command as it was typed, for getopt's error messages.
  public nonisolated(unsafe) private(set) static var invokedAs = "ovs-vswitchd"

  public static func setName(from argument0: String) {
    invokedAs = argument0
    let base = argument0.split(separator: "/").last.map(String.init) ?? argument0
    name = base == "patchbayd" || base.isEmpty ? "ovs-vswitchd" : base
    nameProcess()
  }

  /// `ovs-ctl` believes that a daemon runs only if its process has its name.
  private static func nameProcess() {
    guard let file = fopen("/proc/self/comm", "w") else { return }
    fputs(name, file)
    fclose(file)
  }

  /// The beginning of `--version`, and the answer of the control command `version`. Scripts read the
  /// first line; the second tells people whose daemon it is.
  public static var versionLines: [String] {
    ["\(name) (Open vSwitch) \(openVSwitchVersion)", "Patchbay \(patchbayVersion)"]
  }
}
