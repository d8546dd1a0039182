/// placeholder
public final class Megaflows {
  unowned let pipeline: Pipeline
  init(pipeline: Pipeline) { self.pipeline = pipeline }
  func requestRevalidation() {}
  public func waitUntilApplied(_ completion: @escaping () -> Void) { completion() }
  public func collectStatistics() {}
}
