import OpenFlow

/// A message that controllers send and the switch acts on. A new request is one file in this folder.
///
/// `handle` runs on the control thread. It answers, or throws the error to answer with.
protocol Request: Message {
  func handle(_ exchange: Exchange) throws
}

/// One request's surroundings.
struct Exchange {
  let connection: OpenFlowConnection
  /// The request's number, which its answer carries.
  let xid: UInt32

  var service: OpenFlowService { connection.service }
  var bridge: Bridge { service.bridge }
  var pipeline: Pipeline { service.pipeline }

  func reply(_ message: any Message) { connection.send(message, xid: xid) }

  /// Answers with a list that may be long.
  func reply<Reply: EntryReply>(_ reply: Reply) {
    var rest = reply.entries[...]
    connection.answer(reply, xid: xid) { rest.popFirst() }
  }
}
