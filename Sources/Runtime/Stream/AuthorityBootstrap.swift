import Glibc
import NIOSSL

private let log = Log("stream_ssl")

/// `--bootstrap-ca-cert`: trust on first use. The last certificate of the first peer's chain is taken
/// for the authority's and saved; from then on every peer must be signed by it.
enum AuthorityBootstrap {
  static func save(_ chain: [NIOSSLCertificate], to path: String) {
    guard chain.count > 1, let authority = chain.last, let bytes = try? authority.toDERBytes()
    else {
      return log.err("could not bootstrap CA cert: no certificate presented by peer")
    }
    // O_EXCL: another process may bootstrap at the same time; whoever is first wins.
    let file = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o444)
    guard file >= 0 else {
      return log.err("could not bootstrap CA cert: creating \(path) failed: \(errorText())")
    }
    let text = pem(bytes)
    let written = write(file, text, text.utf8.count)
    close(file)
    guard written == text.utf8.count else {
      unlink(path)
      return log.err("could not bootstrap CA cert: writing \(path) failed")
    }
    log.info("successfully bootstrapped CA cert to \(path)")
  }

  static func pem(_ der: [UInt8]) -> String {
    let text = Array(base64(der))
    let lines = stride(from: 0, to: text.count, by: 64).map { start in
      String(decoding: text[start..<min(start + 64, text.count)], as: UTF8.self) + "\n"
    }
    return "-----BEGIN CERTIFICATE-----\n" + lines.joined() + "-----END CERTIFICATE-----\n"
  }

  private static func base64(_ bytes: [UInt8]) -> [UInt8] {
    let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/".utf8)
    var text: [UInt8] = []
    for start in stride(from: 0, to: bytes.count, by: 3) {
      let group = bytes[start..<min(start + 3, bytes.count)]
      let word = group.reduce(0 as UInt32) { $0 << 8 | UInt32($1) } << (8 * UInt32(3 - group.count))
      for digit in 0..<4 {
        let value = Int(word >> (18 - 6 * UInt32(digit)) & 63)
        text.append(digit <= group.count ? alphabet[value] : UInt8(ascii: "="))
      }
    }
    return text
  }
}
