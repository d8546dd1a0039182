/// ovs-vswitchd's command line.
public struct DaemonOptions {
  /// What `--enable-dummy` replaces by simulated devices.
  public enum Dummy: Equatable { case addTypes, replaceSystem, replaceAll }

  /// Wishes for the log, in the order given, since later ones refine earlier ones.
  enum LogWish: Equatable {
    case verbosity(String?)
    case file(String?)
    case syslogMethod(String)
    case syslogTarget(String)
  }

  /// The command line asks to print something and end.
  public struct Exit: Error, Equatable {
    public var output = ""
    public var errorOutput = ""
    public var status: Int32
  }

  /// Remotes of the database, comma-separated; nil if none was given.
  public var database: String?
  public var unixctl: String?
  public var lockMemory = false
  public var dummy: Dummy?
  public var disableSystem = false
  public var disableSystemRoute = false
  /// Whether sockets that the database names must be in our directory.
  public var selfConfinement = true
  public var tls = TLSSettings()

  public var detach = false
  public var monitor = false
  public var changesDirectory = true
  /// Path of the pidfile, if one is wanted.
  public var pidfile: String?
  public var overwritesPidfile = false
  public var user: String?

  var logWishes: [LogWish] = []

  public init() {}

  /// Parses arguments (without the program's name). `version` is what `-V` prints below the first
  /// line. Throws `Exit`.
  public init(_ arguments: [String], versionDetails: [String] = []) throws {
    let scanner = OptionScanner(arguments, Self.specifications)
    for option in scanner.options { try obey(option, versionDetails) }
    if let error = scanner.error {
      throw Exit(errorOutput: "\(Program.invokedAs): \(error)\n", status: 1)
    }
    guard scanner.operands.count <= 1 else {
      throw Self.failure("at most one non-option argument accepted; use --help for usage")
    }
    database = scanner.operands.first
  }

  /// In the order in which getopt lists ambiguous ones.
  static let specifications = [
    OptionSpecification("help", short: "h"),
    OptionSpecification("version", short: "V"),
    OptionSpecification("mlockall"),
    OptionSpecification("unixctl", .required),
    OptionSpecification("detach"),
    OptionSpecification("no-self-confinement"),
    OptionSpecification("no-chdir"),
    OptionSpecification("pidfile", .optional),
    OptionSpecification("overwrite-pidfile"),
    OptionSpecification("monitor"),
    OptionSpecification("user", .required),
    OptionSpecification("verbose", .optional, short: "v"),
    OptionSpecification("log-file", .optional),
    OptionSpecification("syslog-method", .required),
    OptionSpecification("syslog-target", .required),
    OptionSpecification("private-key", .required, short: "p"),
    OptionSpecification("certificate", .required, short: "c"),
    OptionSpecification("ca-cert", .required, short: "C"),
    OptionSpecification("ssl-protocols", .required),
    OptionSpecification("ssl-ciphers", .required),
    OptionSpecification("peer-ca-cert", .required),
    OptionSpecification("bootstrap-ca-cert", .required),
    OptionSpecification("enable-dummy", .optional),
    OptionSpecification("disable-system"),
    OptionSpecification("disable-system-route"),
    OptionSpecification("dpdk", .optional),
    OptionSpecification("dummy-numa", .required),
  ]

  private mutating func obey(_ option: OptionScanner.Found, _ versionDetails: [String]) throws {
    let value = option.value ?? ""
    switch option.name {
    case "help": throw Exit(output: usageText(), status: 0)
    case "version":
      let lines = Program.versionLines + versionDetails
      throw Exit(output: lines.map { $0 + "\n" }.joined(), status: 0)
    case "mlockall": lockMemory = true
    case "unixctl": unixctl = value
    case "detach": detach = true
    case "no-chdir": changesDirectory = false
    case "pidfile":
      pidfile = Paths.absolute(option.value ?? "\(Program.name).pid", in: Paths.run)
    case "overwrite-pidfile": overwritesPidfile = true
    case "monitor": monitor = true
    case "user": user = value
    case "verbose": logWishes.append(.verbosity(option.value))
    case "log-file": logWishes.append(.file(option.value))
    case "syslog-method": logWishes.append(.syslogMethod(value))
    case "syslog-target": logWishes.append(.syslogTarget(value))
    case "private-key": tls.privateKey = value
    case "certificate": tls.certificate = value
    case "ca-cert": tls.setAuthority(value, bootstrap: false)
    case "bootstrap-ca-cert": tls.setAuthority(value, bootstrap: true)
    case "peer-ca-cert": tls.peerAuthority = value
    case "ssl-protocols": tls.protocols = value
    case "ssl-ciphers": tls.ciphers = value
    case "enable-dummy": dummy = try Self.parseDummy(value)
    case "disable-system": disableSystem = true
    case "disable-system-route": disableSystemRoute = true
    case "dpdk": throw Self.failure("Using --dpdk to configure DPDK is not supported.")
    case "no-self-confinement": selfConfinement = false
    default: break  // --dummy-numa changes nothing here.
    }
  }

  private static func parseDummy(_ value: String) throws -> Dummy {
    switch value {
    case "": return .addTypes
    case "override": return .replaceAll
    case "system": return .replaceSystem
    default: throw failure("\(value): unknown dummy level")
    }
  }

  static func failure(_ text: String) -> Exit {
    Exit(errorOutput: "\(Program.name): \(text)\n", status: 1)
  }

  /// Sets up logging as asked. Throws `Exit`.
  public func applyLogWishes(to center: LogCenter = .shared) throws {
    for wish in logWishes {
      do {
        switch wish {
        case .verbosity(nil): center.setMaximumVerbosity()
        case .verbosity(let specification?):
          do {
            try center.apply(specification)
          } catch {
            throw TextError("processing \"\(specification)\": \(error)")
          }
        case .file(let path): try center.openFile(path)
        case .syslogMethod(let name): try center.setSyslogMethod(name)
        case .syslogTarget(let address): center.setSyslogTarget(address)
        }
      } catch let error as TextError {
        // A log file that cannot be opened has already been reported by the log itself.
        if case .file = wish { throw Exit(status: 1) }
        throw Self.failure(error.text)
      }
    }
  }
}
