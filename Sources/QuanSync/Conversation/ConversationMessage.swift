package import QuanCore
package import QuanFormat

/// Who speaks, and what it holds: the first word of each end.
package struct Greeting: Hashable, Sendable {
  /// The version of what is said; another one is refused.
  package static let version: UInt64 = 0

  /// The workspace.
  package let workspace: WorkspaceID
  /// The replica that speaks.
  package let replica: ReplicaID
  /// The number from which its identity follows with the member's key.
  package let nonce: UInt64
  /// Whether it only wants to see what a merge would do.
  package let isTrial: Bool
  /// What it durably holds: the tips of its streams, and those places that the other end has named and that it holds.
  ///
  /// By its tips alone an end that is ahead could not be told from one that went another way.
  package let holds: PackedVector

  /// The same greeting, with what is held.
  package func holding(_ vector: PackedVector) -> Greeting {
    Greeting(workspace: workspace, replica: replica, nonce: nonce, isTrial: isTrial, holds: vector)
  }

  /// A greeting.
  package init(workspace: WorkspaceID, replica: ReplicaID, nonce: UInt64, isTrial: Bool, holds: PackedVector) {
    self.workspace = workspace
    self.replica = replica
    self.nonce = nonce
    self.isTrial = isTrial
    self.holds = holds
  }
}

/// A file that follows: a bundle with a part of what is lacked, or the file of an attachment.
package struct Delivery: Hashable, Sendable {
  /// What it is.
  package enum Content: Hashable, Sendable {
    /// A bundle with this many changes; this many more follow in others.
    case bundle(changes: UInt64, following: UInt64)
    /// The file of an attachment, by its name in a folder.
    case attachment(name: String)
  }
  /// What it is.
  package let content: Content
  /// How many bytes follow.
  package let size: UInt64

  /// A file that follows.
  package init(_ content: Content, size: UInt64) {
    self.content = content
    self.size = size
  }
}

/// An attachment that is asked for.
package struct Wish: Hashable, Sendable {
  /// The name of its file in a folder.
  package let name: String
  /// The greatest size in bytes that is taken.
  package let limit: UInt64

  /// An attachment that is asked for.
  package init(name: String, limit: UInt64) {
    self.name = name
    self.limit = limit
  }
}

/// Why one end of a conversation ends it; the raw value goes over the wire.
package enum Refusal: UInt8, Hashable, Sendable, CaseIterable, Error {
  /// What is said has another version.
  case otherVersion = 1
  /// It is about another workspace.
  case otherWorkspace = 2
  /// The other end is not, or no longer, a member.
  case notAdmitted = 3
  /// The identity that the other end claims does not follow from its key.
  case notItself = 4
  /// It is not its turn to say that.
  case unexpected = 5
  /// Something is larger than may be.
  case overLimit = 6
  /// What came is damaged.
  case damaged = 7
  /// Bundle after bundle brought nothing.
  case barren = 8
  /// There are as many conversations as may be.
  case busy = 9
  /// The end that says so stops.
  case stopping = 10
  /// Nothing came, or nothing was taken, for too long.
  case silent = 11
  /// The end that says so cannot go on, for want of space on its disk perhaps.
  case unable = 12
}

/// What two laptops say to each other over a network; see *Conversations* in the documentation of the format.
package enum ConversationMessage: Hashable, Sendable {
  /// Who speaks, and what it holds.
  case greeting(Greeting)
  /// Bytes follow.
  case delivery(Delivery)
  /// This is held now: said when the greetings are over, and when a bundle has been stored.
  case stored(PackedVector)
  /// An attachment has been stored, or set aside.
  case received
  /// Nothing more of what was spoken of.
  case done
  /// These attachments are wanted; none when no more are.
  case wanted([Wish])
  /// The end that says so is at work: the other is to be patient.
  case working
  /// The conversation ends, and why.
  case refused(Refusal)
  /// All is said.
  case farewell
}

extension ConversationMessage {
  /// What stands for bytes of a delivery where a message's kind stands.
  package static let data: UInt8 = 0
  /// How many attachments are asked for at once.
  package static let wishLimit = 256
  /// The most bytes that a frame of data carries; all but the last of a delivery carry so many.
  package static let dataLimit = 1 << 16
  /// The longest name of an attachment's file.
  private static let nameLimit = 128
  /// The most bytes that a vector has.
  private static let vectorLimit = 1 << 20

  /// The most bytes that the body of a frame of a kind has; `nil` for a kind that is not known.
  package static func limit(of kind: UInt8) -> Int? {
    switch kind {
    case data: dataLimit
    case 1, 3: vectorLimit + 64
    case 2: nameLimit + 64
    case 6: wishLimit * (nameLimit + 16)
    case 4, 5, 7, 8, 9: 16
    default: nil
    }
  }

  /// What stands for the message in a frame.
  package var kind: UInt8 {
    switch self {
    case .greeting: 1
    case .delivery: 2
    case .stored: 3
    case .received: 4
    case .done: 5
    case .wanted: 6
    case .working: 7
    case .refused: 8
    case .farewell: 9
    }
  }

  /// The bytes that follow the kind.
  package var body: [UInt8] {
    var writer = ByteWriter()
    switch self {
    case .greeting(let greeting):
      writer.varint(Greeting.version)
      writer.fixed64(greeting.workspace.high)
      writer.fixed64(greeting.workspace.low)
      writer.fixed64(greeting.replica.rawValue)
      writer.fixed64(greeting.nonce)
      writer.byte(greeting.isTrial ? 1 : 0)
      writer.append(greeting.holds.bytes)
    case .delivery(let delivery):
      switch delivery.content {
      case .bundle(let changes, let following):
        writer.byte(0)
        writer.varint(delivery.size)
        writer.varint(changes)
        writer.varint(following)
      case .attachment(let name):
        writer.byte(1)
        writer.varint(delivery.size)
        writer.string(name)
      }
    case .stored(let vector): writer.append(vector.bytes)
    case .wanted(let wishes):
      writer.varint(UInt64(wishes.count))
      for wish in wishes {
        writer.string(wish.name)
        writer.varint(wish.limit)
      }
    case .refused(let refusal): writer.byte(refusal.rawValue)
    case .received, .done, .working, .farewell: break
    }
    return writer.bytes
  }

  /// Reads the body of a frame.
  ///
  /// - Throws: Why the conversation ends, when the bytes are no message.
  package init(kind: UInt8, body: [UInt8]) throws(Refusal) {
    guard let limit = Self.limit(of: kind), body.count <= limit else { throw .overLimit }
    do {
      var reader = ByteReader(body)
      switch kind {
      case 1:
        guard try reader.varint() == Greeting.version else { throw Refusal.otherVersion }
        let high = try reader.fixed64()
        let workspace = WorkspaceID(high: high, low: try reader.fixed64())
        let replica = ReplicaID(rawValue: try reader.fixed64())
        let nonce = try reader.fixed64()
        let isTrial = try Self.flag(&reader)
        self = .greeting(
          Greeting(
            workspace: workspace, replica: replica, nonce: nonce, isTrial: isTrial, holds: try Self.vector(&reader)))
      case 2:
        let isAttachment = try Self.flag(&reader)
        let size = try reader.varint()
        if isAttachment {
          self = .delivery(Delivery(.attachment(name: try Self.name(&reader)), size: size))
        } else {
          let changes = try reader.varint()
          self = .delivery(Delivery(.bundle(changes: changes, following: try reader.varint()), size: size))
        }
      case 3: self = .stored(try Self.vector(&reader))
      case 4: self = .received
      case 5: self = .done
      case 6:
        let count = try reader.count("wishes", minimum: 2)
        guard count <= Self.wishLimit else { throw Refusal.overLimit }
        var wishes: [Wish] = []
        for _ in 0..<count {
          let name = try Self.name(&reader)
          wishes.append(Wish(name: name, limit: try reader.varint()))
        }
        self = .wanted(wishes)
      case 7: self = .working
      case 8:
        guard let refusal = Refusal(rawValue: try reader.byte()) else { throw Refusal.otherVersion }
        self = .refused(refusal)
      case 9: self = .farewell
      default: throw Refusal.unexpected
      }
      try reader.finish()
    } catch let refusal as Refusal {
      throw refusal
    } catch {
      throw .damaged
    }
  }

  private static func flag(_ reader: inout ByteReader) throws -> Bool {
    let byte = try reader.byte()
    guard byte <= 1 else { throw Refusal.damaged }
    return byte == 1
  }

  /// The rest of a body, which must be a vector.
  private static func vector(_ reader: inout ByteReader) throws -> PackedVector {
    let vector = PackedVector(bytes: try reader.take(reader.remaining))
    guard vector.places != nil else { throw Refusal.damaged }
    return vector
  }

  /// A name as folders have them: small letters and digits.
  private static func name(_ reader: inout ByteReader) throws -> String {
    let name = try reader.string()
    guard !name.isEmpty, name.utf8.count <= nameLimit,
      name.utf8.allSatisfy({ (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) })
    else { throw Refusal.damaged }
    return name
  }
}
