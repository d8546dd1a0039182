/// How a datapath is built.
public struct DatapathConfiguration {
  /// Try hugepages for flow tables and caches (they fall back to plain pages).
  public var hugepages = true
  /// Packets that may wait for translation per input port and worker.
  public var maxParkedPerPort = 1024
  /// Keys that may wait for translation per input port and worker.
  public var maxMissesPerPort = 256
  /// How long a worker does what control asks before it looks for packets again.
  public var maxCommandMicroseconds = 10
  /// Entries of a worker's flow cache: for busy workers and for the event worker.
  public var cacheEntries = 1_572_864
  public var eventCacheEntries = 6_144
  /// Which of the kernels run (`CDPDKShim/kernels.h`); nil for the fastest that the processor can.
  public var kernels: String?
  /// Virtual time in milliseconds: while the word holds something greater than zero, workers take
  /// the time from it; else, or when nil, from the TSC (CLOCK_MONOTONIC's milliseconds).
  public var clockWord: UnsafePointer<Int64>?

  public init(clockWord: UnsafePointer<Int64>? = nil) { self.clockWord = clockWord }
}
