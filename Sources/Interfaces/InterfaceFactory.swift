import Runtime

/// Makes devices for rows of the Interface table. Control thread.
public final class InterfaceFactory {
  /// Whether `--enable-dummy` was given.
  public let dummyEnabled: Bool
  /// Called when a device of the kernel changed by itself (link, address, MTU), with its name.
  public var onChange: ((String) -> Void)?

  public init(dummyEnabled: Bool = false) { self.dummyEnabled = dummyEnabled }

  /// Constructs and configures a device.
  /// - Throws: `TextError` with the text for the row's `error` column.
  public func make(_ request: InterfaceRequest) throws -> any InterfaceDevice {
    throw TextError(
      "could not open network device \(request.name) (Address family not supported by protocol)")
  }
}
