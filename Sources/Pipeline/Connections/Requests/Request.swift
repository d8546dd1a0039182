import OpenFlow

/// A message that controllers send and the switch acts on. A new request is one file in this folder.
///
/// `handle` runs on the control thread. It answers, or throws the error to answer with.
protocol Request: Message {
  func handle(_ exchange: Exchange) throws
}

/// Which messages are requests. To ask the type itself takes the runtime longer than many a request.
enum RequestCatalog {
  /// By index in `MessageCatalog.all`; nil for messages that are no requests.
  static let types: [(any Request.Type)?] = MessageCatalog.all.map { $0 as? any Request.Type }
  static let bundlable: [(any Bundlable.Type)?] = MessageCatalog.all.map {
    $0 as? any Bundlable.Type
  }
}

/// One request's surroundings.
struct Exchange {
  let connection: OpenFlowConnection
  /// The request's number, which its answer carries.
  let xid: UInt32

  var service: OpenFlowService { connection.service }
  var bridge: Bridge { service.bridge }
  var pipeline: Pipeline { service.pipeline }

  /// Who asks for a change of flows.
  var requester: FlowRequester {
    FlowRequester(connection: ObjectIdentifier(connection), xid: xid)
  }

  func reply(_ message: any Message) { connection.send(message, xid: xid) }

  /// Answers with a list that may be long.
  func reply<Reply: EntryReply>(_ reply: Reply) {
    var rest = reply.entries[...]
    connection.answer(reply, xid: xid) { rest.popFirst() }
  }
}
