import Crypto
import Foundation
import NIOCore
package import NIOSSL
package import QuanCore
package import QuanFormat
import SwiftASN1
import X509

/// How an end proves on a network who it is: TLS 1.3 (RFC 8446) with a certificate over its member's Ed25519 key.
///
/// Nobody outside vouches for a key, so what a certificate says of names, dates and issuers does not count: the key does, and
/// that the other end has it, which TLS proves. The workspace stands in it as the name of the organisation, so that an end
/// that called the wrong server can be told so; it stands in every bundle as well.
package struct TLSIdentity: Sendable {
  /// The name of what is spoken (ALPN, RFC 7301).
  static let protocolName = "quan/0"

  private let certificate: NIOSSLCertificate
  private let key: NIOSSLPrivateKey

  /// A certificate that is made anew each time.
  package init(_ keys: MemberKeys, in workspace: WorkspaceID) throws {
    let signing = Certificate.PrivateKey(try Curve25519.Signing.PrivateKey(rawRepresentation: keys.signing))
    let name = try DistinguishedName { OrganizationName(workspace.description) }
    // A laptop's clock may be wrong by years; the other end does not look.
    let made = try Certificate(
      version: .v3, serialNumber: Certificate.SerialNumber(), publicKey: signing.publicKey,
      notValidBefore: Date(timeIntervalSince1970: 0), notValidAfter: Date(timeIntervalSince1970: 4_102_444_800),
      issuer: name, subject: name, extensions: Certificate.Extensions(), issuerPrivateKey: signing)
    var serializer = DER.Serializer()
    try serializer.serialize(made)
    certificate = try NIOSSLCertificate(bytes: serializer.serializedBytes, format: .der)
    key = try NIOSSLPrivateKey(bytes: try signing.serializeAsPEM().derBytes, format: .der)
  }

  /// The settings of an end that is called: the other end must show a certificate.
  package func server() throws -> NIOSSLContext {
    var settings = TLSConfiguration.makeServerConfigurationWithMTLS(
      certificateChain: [.certificate(certificate)], privateKey: .privateKey(key), trustRoots: .certificates([]))
    restrict(&settings)
    return try NIOSSLContext(configuration: settings)
  }

  /// The settings of an end that calls.
  package func client() throws -> NIOSSLContext {
    var settings = TLSConfiguration.makeClientConfiguration()
    settings.certificateChain = [.certificate(certificate)]
    settings.privateKey = .privateKey(key)
    settings.trustRoots = .certificates([])
    settings.certificateVerification = .noHostnameVerification
    restrict(&settings)
    return try NIOSSLContext(configuration: settings)
  }

  private func restrict(_ settings: inout TLSConfiguration) {
    settings.minimumTLSVersion = .tlsv13
    settings.maximumTLSVersion = .tlsv13
    settings.applicationProtocols = [Self.protocolName]
    settings.signingSignatureAlgorithms = [.ed25519]
    settings.verifySignatureAlgorithms = [.ed25519]
  }
}

/// What the other end's certificate says, whose key TLS has proved that it has.
struct ShownCertificate: Hashable, Sendable {
  /// The 32 bytes of its Ed25519 key.
  let key: [UInt8]
  /// The workspace, as it is written; empty when none is named.
  let workspace: String

  /// Reads what was shown; `nil` when that is not one certificate over an Ed25519 key.
  init?(_ shown: [NIOSSLCertificate]) {
    guard shown.count == 1, let bytes = try? shown[0].toDERBytes(),
      let certificate = try? Certificate(derEncoded: bytes),
      let key = Curve25519.Signing.PublicKey(certificate.publicKey)
    else { return nil }
    self.key = Array(key.rawRepresentation)
    workspace =
      certificate.subject.lazy.flatMap { $0 }.first { $0.type == .NameAttributes.organizationName }
      .map { String(describing: $0.value) } ?? ""
  }
}
