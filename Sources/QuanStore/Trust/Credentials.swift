import QuanCore
import QuanFormat

/// Looks who vouches for received segments.
///
/// A segment counts as vouched for when it bears a member's signature, or when another one does that continues it: the
/// chain of digests makes a signature vouch for all before it.
struct Credentials {
  /// What is known of who made a segment.
  enum Answer: Hashable {
    /// A member, or one who was introduced by somebody who might not, or anybody where the workspace is open.
    case good(Owner?)
    /// Nobody who is known here.
    case stranger
    /// Nobody: it bears no signature.
    case unsigned
    /// The signature is not that of whom it names.
    case forged
  }

  private let file: ReplicaFile
  private let membership: Membership?
  private var vouched: [Dependency: Owner?] = [:]

  /// Looks at all segments on offer together.
  init(_ file: ReplicaFile, _ headers: [SegmentHeader]) throws {
    self.file = file
    membership = try file.membership()
    guard membership != nil else { return }
    for place in try file.trust()?.accepted ?? [] { vouched[place] = .some(nil) }
    // What the founder built on before it sealed the workspace need not be signed; whether it counts is another matter.
    for header in headers where header.signature?.signer == membership?.founder {
      guard case .good = answer(header) else { continue }
      for place in header.requires where vouched[place] == nil { vouched[place] = .some(nil) }
    }
    var hasGrown = headers.contains { $0.signature == nil }
    while hasGrown {
      hasGrown = false
      for header in headers {
        guard case .good(let owner) = answer(header) else { continue }
        for place in [header.attachment] + (owner == nil ? header.requires : []) where vouched[place] == nil {
          vouched[place] = .some(owner)
          hasGrown = true
        }
      }
    }
  }

  /// Who vouches for a segment.
  func answer(_ header: SegmentHeader) -> Answer {
    guard let membership else { return .good(nil) }
    guard let signature = header.signature else { return vouched[header.end].map { .good($0) } ?? .unsigned }
    guard let key = membership.signingKey(of: signature.signer) else { return .stranger }
    guard signature.isValid(for: header, in: file.meta.workspace, key: key) else { return .forged }
    return .good(Owner(member: signature.signer, nonce: signature.nonce))
  }

  /// Who sealed a segment; it may be somebody who is no member any more.
  func sealer(of header: SegmentHeader) -> Answer {
    guard let membership, let seal = header.seal else { return .unsigned }
    guard let key = membership.signingKey(of: seal.sealer) else { return .stranger }
    return Envelope.isValid(header, in: file.meta.workspace, key: key) ? .good(nil) : .forged
  }
}
