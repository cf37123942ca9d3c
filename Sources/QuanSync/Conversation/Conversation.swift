package import QuanFormat

/// One exchange of two replicas over a network, as a state machine: told what was heard and done, it answers what to do next.
///
/// It does nothing itself. A carrier sends and receives messages and files, packs and takes in bundles, and reports
/// back; a simulator can be the carrier as well.
///
/// **Who speaks when.** The host, which was called, speaks first: by then each end has proved with its member's key who it is, and
/// the host has looked at the caller's. After the greetings, in which each says which places of the other it holds, the
/// caller gives what the host lacks, then takes what it lacks itself, one bundle at a time; each is answered, once it is
/// stored, with what is held now. Then the caller asks for the attachments that it lacks, then the host does, and the
/// caller takes its leave.
///
/// **Cut at any moment**, the conversation leaves at each end what it has stored, and the next one begins with what is
/// held then: what was stored is never sent again. What a bundle brought is stored in one transaction or not at all.
package struct Conversation: Sendable {
  /// Which end this is.
  package enum Role: Hashable, Sendable {
    /// The end that was called.
    case host
    /// The end that called.
    case caller
  }

  /// What the carrier is to do.
  package enum Action: Hashable, Sendable {
    /// Say this; then ``Conversation/said()``.
    case say(ConversationMessage)
    /// Wait for what the other end says; then ``Conversation/heard(_:)``.
    case hear
    /// Look who greets, and refuse it or remember what it holds; then ``Conversation/met(_:)``.
    case meet(Greeting)
    /// Pack a bundle of what a replica with this vector lacks and has not been sent in this conversation; then
    /// ``Conversation/packed(_:)``.
    case pack(lackedBy: PackedVector)
    /// Announce this file and send its bytes; then ``Conversation/sent()``.
    case send(Delivery)
    /// Receive the bytes of this file; then ``Conversation/received()``.
    case receive(Delivery)
    /// Take in the bundle that was received; then ``Conversation/took(_:isNews:)``.
    case takeBundle
    /// Take in the attachment that was received, under this name; then ``Conversation/tookAttachment()``.
    case takeAttachment(String)
    /// The other end holds this now: remember it; then ``Conversation/noted()``.
    case note(PackedVector)
    /// Look which attachments are lacked and were not asked for yet; then ``Conversation/asked(_:)``.
    case ask
    /// Find the next of these attachments; then ``Conversation/found(_:)``.
    case find([Wish])
    /// Tell the other end why it ends here, and close.
    case refuse(Refusal)
    /// The other end has ended it: close.
    case end(Refusal)
    /// All is said and done: close.
    case finish
  }

  /// How large a bundle is that is taken, in bytes.
  package static let bundleLimit: UInt64 = 32 << 20
  /// How large the file of an attachment is that is taken, in bytes, whatever a scope says.
  package static let attachmentLimit: UInt64 = 1 << 34
  /// How many bundles in a row may bring nothing.
  package static let barrenLimit = 4

  /// What is spoken of.
  private enum Stage: Hashable, Sendable { case greeting, listening, giving, taking, asking, answering, leaving }
  private var stages: [Stage]
  private let isHost: Bool
  /// What may be heard now, when something may.
  private enum Expectation: Hashable, Sendable {
    case greeting, agreeing, storing, receiving, bundles, wishes, attachments, farewell
  }
  private var expected: Expectation?
  private var own: Greeting
  /// What the other end holds, as far as it has told.
  private var theirs = PackedVector(bytes: [0])
  private var arriving: Delivery.Content?
  private var barren = 0
  private var wishes: [Wish] = []
  /// What is to be done when the message has been said.
  private var next: Action?

  /// An exchange.
  ///
  /// - Parameters:
  ///   - role: Which end this is.
  ///   - greeting: What this end says of itself.
  package init(_ role: Role, greeting: Greeting) {
    own = greeting
    stages =
      role == .host
      ? [.greeting, .listening, .taking, .giving, .answering, .asking, .leaving]
      : [.listening, .greeting, .giving, .taking, .asking, .answering, .leaving]
    isHost = role == .host
  }

  /// Begins.
  package mutating func start() -> Action { enter() }

  /// Goes on with the next thing that is spoken of.
  private mutating func advance() -> Action {
    stages.removeFirst()
    return enter()
  }

  private mutating func enter() -> Action {
    switch stages.first {
    case .greeting:
      guard !isHost else { return say(.greeting(own), then: nil) }
      expected = .agreeing
      return say(.greeting(own), then: .hear)
    case .listening: return hear(.greeting)
    // Who only wants to see what would happen gives nothing.
    case .giving: return own.isTrial ? say(.done, then: nil) : .pack(lackedBy: theirs)
    case .taking: return hear(.bundles)
    case .asking: return own.isTrial ? say(.wanted([]), then: nil) : .ask
    case .answering: return hear(.wishes)
    case .leaving: return isHost ? hear(.farewell) : say(.farewell, then: .finish)
    case nil: return .finish
    }
  }

  /// Says something, then does something; by default goes on with the next thing.
  private mutating func say(_ message: ConversationMessage, then action: Action?) -> Action {
    next = action
    return .say(message)
  }

  private mutating func hear(_ what: Expectation) -> Action {
    expected = what
    return .hear
  }

  /// What was to be said has been said.
  package mutating func said() -> Action { next ?? advance() }

  /// Something was heard; never ``ConversationMessage/working``, which is the carrier's.
  package mutating func heard(_ message: ConversationMessage) -> Action {
    if case .refused(let refusal) = message { return .end(refusal) }
    guard let expected else { return .refuse(.unexpected) }
    self.expected = nil
    switch (expected, message) {
    case (.greeting, .greeting(let greeting)):
      theirs = greeting.holds
      return .meet(greeting)
    case (.agreeing, .stored(let vector)):
      theirs = vector
      return .note(vector)
    case (.storing, .stored(let vector)):
      theirs = vector
      return .note(vector)
    case (.receiving, .received): return .find(wishes)
    case (.bundles, .done), (.attachments, .done): return stages.first == .asking ? .ask : advance()
    case (.bundles, .delivery(let delivery)):
      guard case .bundle = delivery.content else { return .refuse(.unexpected) }
      guard delivery.size <= Self.bundleLimit else { return .refuse(.overLimit) }
      arriving = delivery.content
      return .receive(delivery)
    case (.attachments, .delivery(let delivery)):
      guard case .attachment(let name) = delivery.content, let place = wishes.firstIndex(where: { $0.name == name })
      else { return .refuse(.unexpected) }
      guard delivery.size <= min(wishes[place].limit, Self.attachmentLimit) else { return .refuse(.overLimit) }
      // Each comes once.
      wishes.remove(at: place)
      arriving = delivery.content
      return .receive(delivery)
    case (.wishes, .wanted(let wishes)):
      guard !wishes.isEmpty else { return advance() }
      guard !own.isTrial else { return found(nil) }
      self.wishes = wishes
      return .find(wishes)
    case (.farewell, .farewell): return .finish
    default: return .refuse(.unexpected)
    }
  }

  /// The other end is one to speak with.
  ///
  /// - Parameter holds: What is held here, with those of its places that are.
  package mutating func met(_ holds: PackedVector) -> Action {
    own = own.holding(holds)
    return isHost ? say(.stored(holds), then: nil) : advance()
  }

  /// A bundle has been packed, or nothing is lacked.
  package mutating func packed(_ bundle: Delivery?) -> Action {
    guard let bundle else { return say(.done, then: nil) }
    return .send(bundle)
  }

  /// A file has been sent.
  package mutating func sent() -> Action { hear(stages.first == .giving ? .storing : .receiving) }

  /// What the other end holds now has been noted.
  package mutating func noted() -> Action { stages.first == .greeting ? advance() : .pack(lackedBy: theirs) }

  /// A file has been received.
  package mutating func received() -> Action {
    switch arriving {
    case .attachment(let name): .takeAttachment(name)
    default: .takeBundle
    }
  }

  /// A bundle has been stored, or kept aside for a trial.
  ///
  /// - Parameters:
  ///   - vector: What is held now.
  ///   - isNews: Whether it brought anything.
  package mutating func took(_ vector: PackedVector, isNews: Bool) -> Action {
    barren = isNews ? 0 : barren + 1
    guard barren <= Self.barrenLimit else { return .refuse(.barren) }
    expected = .bundles
    return say(.stored(vector), then: .hear)
  }

  /// An attachment has been stored, or set aside.
  package mutating func tookAttachment() -> Action {
    expected = .attachments
    return say(.received, then: .hear)
  }

  /// It has been looked which attachments are lacked.
  package mutating func asked(_ wishes: [Wish]) -> Action {
    guard !wishes.isEmpty else { return say(.wanted([]), then: nil) }
    self.wishes = wishes
    expected = .attachments
    return say(.wanted(wishes), then: .hear)
  }

  /// The next attachment among those asked for is here, or there is none more.
  package mutating func found(_ attachment: Delivery?) -> Action {
    guard let attachment else {
      wishes = []
      expected = .wishes
      return say(.done, then: .hear)
    }
    if case .attachment(let name) = attachment.content { wishes.removeAll { $0.name == name } }
    return .send(attachment)
  }
}
