import Datapath
import NIOCore
import OpenFlow
import Runtime

/// The thread that takes punted packets from the datapath and hands them to the control thread.
///
/// One batch is on its way at a time, and no other is taken before the control thread is done with
/// it. So however many packets are punted, and however busy the control thread is, what waits stays
/// in the workers' rings, which are bounded and fair among ports.
final class PuntReader {
  private unowned let pipeline: Pipeline
  private let loop: EventLoop
  private let deliver: (PacketInEvent) -> Void

  /// Packets of one batch.
  private static let batch = 64

  /// `deliver` is called on `loop`.
  init(_ pipeline: Pipeline, loop: EventLoop, deliver: @escaping (PacketInEvent) -> Void) {
    self.pipeline = pipeline
    self.loop = loop
    self.deliver = deliver
  }

  /// Starts the thread; it ends when the datapath does.
  func start() {
    let sink = pipeline.sink
    let table = pipeline.punts
    let (loop, deliver) = (loop, deliver)
    startThread(named: "punts") {
      while let punts = sink.takePunts(max: Self.batch) {
        let events = punts.compactMap { punt in
          table.target(punt.number).map { PacketInEvent(punt, $0) }
        }
        guard !events.isEmpty else { continue }
        try? loop.submit { events.forEach(deliver) }.wait()
      }
    }
  }
}
