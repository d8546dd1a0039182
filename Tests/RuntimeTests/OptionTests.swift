import Glibc
import Testing

@testable import Runtime

@Suite struct OptionTests {
  private func exit(_ arguments: String...) -> DaemonOptions.Exit? {
    do {
      _ = try DaemonOptions(arguments)
      return nil
    } catch { return error as? DaemonOptions.Exit }
  }

  @Test func everyOptionIsUnderstood() throws {
    let options = try DaemonOptions([
      "--pidfile=/x/y.pid", "--detach", "--no-chdir", "--monitor", "--overwrite-pidfile",
      "unix:/tmp/db.sock", "--unixctl", "/tmp/ctl", "-vfile:dbg", "--mlock",
      "--enable-dummy=override",
      "--disable-system", "--disable-system-route", "-p", "key", "-ccert", "--ca-cert=ca",
      "--user=a:b",
      "--syslog-target=1.2.3.4:514",
    ])
    #expect(options.pidfile == "/x/y.pid")
    #expect(options.detach && options.monitor && options.overwritesPidfile)
    #expect(!options.changesDirectory)
    #expect(options.database == "unix:/tmp/db.sock")
    #expect(options.unixctl == "/tmp/ctl")
    #expect(options.lockMemory && options.disableSystem && options.disableSystemRoute)
    #expect(options.dummy == .replaceAll)
    #expect(options.tls.privateKey == "key" && options.tls.certificate == "cert")
    #expect(options.tls.authority == "ca" && !options.tls.bootstrap)
    #expect(options.user == "a:b")
    #expect(options.logWishes == [.verbosity("file:dbg"), .syslogTarget("1.2.3.4:514")])
  }

  @Test func namesOfFilesHaveOVSsDefaults() throws {
    #expect(try DaemonOptions(["--pidfile"]).pidfile == "\(Paths.run)/ovs-vswitchd.pid")
    #expect(try DaemonOptions(["--pidfile=x"]).pidfile == "\(Paths.run)/x")
  }

  @Test func mistakesEndTheProgram() {
    #expect(exit("a", "b")?.errorOutput.contains("at most one non-option argument") == true)
    #expect(exit("--enable-dummy=x")?.errorOutput == "ovs-vswitchd: x: unknown dummy level\n")
    #expect(exit("--", "-x") == nil)
    #expect(exit("-h", "--bogus")?.status == 0)
    #expect(exit("--bogus", "-h")?.status == 1)
  }

  @Test func badVerbosityIsReported() throws {
    let options = try DaemonOptions(["-vbogus"])
    #expect(
      throws: DaemonOptions.Exit(
        errorOutput: "ovs-vswitchd: processing \"bogus\": "
          + "no destination, level, or module \"bogus\"\n", status: 1)
    ) { try options.applyLogWishes(to: LogCenter()) }
  }

  private static let original = "/usr/sbin/ovs-vswitchd"
  private static let originalExists = access(original, X_OK) == 0

  @Test(
    .enabled(if: originalExists, "needs Debian's ovs-vswitchd"),
    arguments: [
      ["--bogus"], ["--mlockall=3"], ["--unixctl"], ["--no"], ["-x"], ["--ver"], ["-p"],
      ["a", "b"],
      ["--help"], ["--he"], ["--disable", "x"], ["-hx"], ["--enable-dummy=x"], ["--dpdk"], ["--=x"],
    ])
  func sameAsTheOriginal(_ arguments: [String]) throws {
    let theirs = try ChildProcess.run(Self.original, arguments)
    let ours = try #require(
      {
        do {
          _ = try DaemonOptions(arguments)
          return nil
        } catch { return error as? DaemonOptions.Exit }
      }() as DaemonOptions.Exit?)
    #expect(ours.status == theirs.status.exitCode)
    #expect(ours.output == theirs.output)
    let errors = theirs.errorOutput.split(separator: "\n").last.map(String.init) ?? ""
    let expected = errors.replacing("\(Self.original):", with: "ovs-vswitchd:")
    #expect(ours.errorOutput == (expected.isEmpty ? "" : expected + "\n"))
  }

  @Test(.enabled(if: originalExists, "needs Debian's ovs-vswitchd"))
  func sameVersionLine() throws {
    let theirs = try ChildProcess.run(Self.original, ["-V"]).output
    let ours = exit("-V")?.output.split(separator: "\n").map(String.init) ?? []
    #expect(ours.first == theirs.split(separator: "\n").first.map(String.init))
    #expect(ours.dropFirst() == ["Patchbay \(Program.patchbayVersion)"])
    #expect(
      (try? DaemonOptions(["-V"], versionDetails: ["DPDK 22.11"])) == nil)
  }
}
