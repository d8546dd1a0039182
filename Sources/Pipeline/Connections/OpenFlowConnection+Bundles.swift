import NIOCore
import OpenFlow

extension OpenFlowConnection {
  /// Looks every second for bundles whose time is over, as long as there are any.
  func watchBundles() {
    guard bundleTimer == nil, !bundles.isEmpty, let loop = eventLoop else { return }
    bundleTimer = loop.scheduleTask(in: .seconds(1)) { [weak self] in
      guard let self else { return }
      self.bundleTimer = nil
      for opener in self.bundles.expire(now: self.service.pipeline.now()) {
        self.send(OpenFlowError.bundleTimeout, answering: opener)
      }
      self.watchBundles()
    }
  }

  /// Sends an error about a request of which these are the first bytes.
  func send(_ error: OpenFlowError, answering request: [UInt8]) {
    send(MessageCodec.encode(error, answering: request))
  }
}
