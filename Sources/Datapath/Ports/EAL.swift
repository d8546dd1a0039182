/// DPDK's environment (EAL): initialised once per process, before the first port or pool.
public struct EALError: Error, CustomStringConvertible {
  public let description: String
}
