package import NIOCore
package import QuanSync

/// A piece of what is said: a message, or bytes of a delivery.
package struct Frame: Sendable {
  package let kind: UInt8
  package var body: ByteBuffer

  package init(kind: UInt8, body: ByteBuffer) {
    self.kind = kind
    self.body = body
  }

  /// A message.
  package init(_ message: ConversationMessage) { self.init(kind: message.kind, body: ByteBuffer(bytes: message.body)) }

  /// The message; bytes of a delivery are none.
  package func message() throws(Refusal) -> ConversationMessage {
    try ConversationMessage(kind: kind, body: Array(body.readableBytesView))
  }
}

/// Cuts what arrives into frames: four bytes of length, least significant first, one of kind, then the body.
///
/// A length is compared with the limit of its kind before anything is kept for it.
struct FrameDecoder: NIOSingleStepByteToMessageDecoder {
  typealias InboundOut = Frame

  mutating func decode(buffer: inout ByteBuffer) throws -> Frame? {
    guard let length = buffer.getInteger(at: buffer.readerIndex, endianness: .little, as: UInt32.self),
      let kind = buffer.getInteger(at: buffer.readerIndex + 4, as: UInt8.self)
    else { return nil }
    guard let limit = ConversationMessage.limit(of: kind) else { throw Refusal.unexpected }
    guard length <= limit else { throw Refusal.overLimit }
    guard buffer.readableBytes >= 5 + Int(length) else { return nil }
    buffer.moveReaderIndex(forwardBy: 5)
    return buffer.readSlice(length: Int(length)).map { Frame(kind: kind, body: $0) }
  }

  mutating func decodeLast(buffer: inout ByteBuffer, seenEOF: Bool) throws -> Frame? {
    // What is cut is no frame.
    try decode(buffer: &buffer)
  }
}

/// Writes frames.
final class FrameEncoder: MessageToByteEncoder {
  typealias OutboundIn = Frame

  func encode(data frame: Frame, out: inout ByteBuffer) throws {
    out.writeInteger(UInt32(frame.body.readableBytes), endianness: .little)
    out.writeInteger(frame.kind)
    out.writeImmutableBuffer(frame.body)
  }
}
