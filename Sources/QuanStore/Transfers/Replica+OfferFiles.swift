public import QuanCore
import QuanFormat

/// Offers as files, for a scope that this laptop may not write in.
extension Replica {
  /// What the names of offers end in.
  public static let offerEnding = ".quanoffer"
  private static let offerLimit = 64 << 20

  /// Writes what transfers to one scope bring into a file, which members of that scope open.
  ///
  /// In a workspace of members it is signed, and sealed to those who are members of that scope now.
  /// - Throws: ``StoreError`` with code `alreadyExists`; `notFound`; `invalid` when the transfers go to several scopes or
  ///   come from several; `notPermitted` when this laptop has no keys, or the scope has no members; `readOnly`,
  ///   `outOfSpace`, `inputOutput`.
  public func writeOffer(_ transfers: [RecordID], to path: String) throws {
    guard File.kind(of: path) == .nothing else {
      throw StoreError(.alreadyExists, "there is a file already", subject: path)
    }
    let offer = try read { file in
      let parcels = try transfers.map { try file.parcelAtHand(of: $0) }
      guard let first = parcels.first, parcels.allSatisfy({ $0.from == first.from && $0.to == first.to }) else {
        throw StoreError(.invalid, "an offer is from one scope to one other", subject: path)
      }
      guard let membership = try file.membership() else {
        return OfferFile(parcels, in: file.meta.workspace, from: first.from, to: first.to)
      }
      guard let member = file.meta.member, let keys = try KeyFile(environment).keys(of: member) else {
        throw StoreError(
          .notPermitted, "this laptop is not, or no longer, a member of the workspace", subject: file.meta.label)
      }
      let readers = membership.ordered.filter { one in
        let standing = membership.standing(of: one.id)
        return standing.role == .admin || (standing.role != nil && standing.scopes.contains(first.to))
      }
      guard !readers.isEmpty else {
        throw StoreError(.notPermitted, "the scope has no members", subject: first.to.description)
      }
      do {
        return try OfferFile(
          parcels, in: file.meta.workspace, from: first.from, to: first.to, signer: (member, keys),
          sealedTo: readers.map { ($0.id, $0.agreementKey) })
      } catch {
        throw StoreError(.inputOutput, "the offer cannot be sealed", subject: path)
      }
    }
    try File.writeDurably(to: path) { sink in try sink(offer.encode()) }
  }

  /// Accepts what a file offers, as ``accept(_:author:dryRun:examine:)`` does; what was accepted before is passed over.
  ///
  /// - Throws: ``StoreError`` with code `notABundle`, `damaged`, `newerFormat`, `otherWorkspace`; `stranger` when it is
  ///   sealed to others or signed by nobody who may hand records of that scope over; `refused` when all of it was accepted
  ///   before; `notPermitted`.
  @discardableResult
  public func accept(
    offerAt path: String, author: String? = nil, dryRun: Bool = false,
    examine: ((TransferArrival) throws -> Void)? = nil
  ) throws -> [TransferArrival] {
    let offer = try Self.verify(path) { try OfferFile(try File.read(path, limit: Self.offerLimit)) }
    guard offer.workspace == workspace else {
      throw StoreError(.otherWorkspace, "it belongs to another workspace", subject: path)
    }
    let parcels = try read { file in
      let own = try file.meta.member.flatMap { member in
        try KeyFile(environment).keys(of: member).map { (member: member, keys: $0) }
      }
      if let membership = try file.membership() {
        guard let signer = offer.signer.flatMap({ membership.members[$0] }), offer.isSigned(by: signer.signingKey),
          membership.standing(of: signer.id).canWrite(in: offer.from)
        else {
          throw StoreError(
            .stranger, "nobody who may hand the records over has signed the offer", subject: path)
        }
      }
      do {
        return try Self.verify(path) { try offer.parcels(for: own) }
      } catch is OfferFile.Refusal {
        throw StoreError(.stranger, "the offer is sealed to others", subject: path)
      }
    }
    guard parcels.allSatisfy({ $0.from == offer.from && $0.to == offer.to }) else {
      throw StoreError(BundleError.damaged(part: "offer"), path)
    }
    let open = try read { file in
      try parcels.filter { parcel in try file.accepted(parcel.transfer).isEmpty }
    }
    guard !open.isEmpty else {
      throw StoreError(.refused, "the transfer has been accepted already", subject: path)
    }
    return try open.map { try accept($0, author: author, dryRun: dryRun, examine: examine) }
  }
}
