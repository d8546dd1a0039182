/// What `--version` prints below its first line.
public enum VersionText {
  public static let details = ["DPDK 22.11.11"]
}
