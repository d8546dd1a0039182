import OpenFlow

// Connections are not tracked yet, so there are none to forget: the answer is that it is done.

extension ConntrackFlushZone: Request {
  func handle(_ exchange: Exchange) {}
}

extension ConntrackFlush: Request {
  func handle(_ exchange: Exchange) {}
}
