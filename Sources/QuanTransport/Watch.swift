import NIOCore
import QuanStore
import QuanSync
import Synchronization

/// Watches one connection: closes it when the other end is silent or takes nothing for too long, when the server stops, or when
/// whoever asked for the work does not want it any more; and tells the other end to be patient while this one is at work.
final class Watch: Sendable {
  /// How long this end waits for the next word, or for a part of a file to be taken.
  let patience: Duration

  private struct State {
    var deadline: ContinuousClock.Instant
    let end: ContinuousClock.Instant
    /// Since when this end has been at work; the other is told every few seconds.
    var told: ContinuousClock.Instant?
    var isStopping = false
    var failure: (any Error)?
  }

  private let channel: any Channel
  private let state: Mutex<State>
  private let tick: @Sendable () throws -> Void

  /// How often it looks.
  private static let period = TimeAmount.milliseconds(200)
  /// How often the other end is told to be patient.
  private static let heartbeat = Duration.seconds(5)

  /// A watch on a connection, which begins at once.
  ///
  /// - Parameters:
  ///   - patience: How long to wait for the next word.
  ///   - limit: How long a conversation may last.
  ///   - tick: Is called over and over; what it throws ends the conversation.
  init(
    _ channel: any Channel, patience: Duration, limit: Duration = .seconds(6 * 3600),
    tick: @escaping @Sendable () throws -> Void = {}
  ) {
    self.channel = channel
    self.patience = patience
    self.tick = tick
    let now = ContinuousClock.now
    state = Mutex(State(deadline: now + patience, end: now + limit))
    channel.eventLoop.scheduleRepeatedTask(initialDelay: Self.period, delay: Self.period) { [weak self] task in
      guard let self, self.channel.isActive else { return task.cancel() }
      self.look()
    }
  }

  private func look() {
    do {
      try tick()
    } catch {
      return close(error)
    }
    let now = ContinuousClock.now
    enum Due { case nothing, patience, silence, stop }
    let due = state.withLock { state -> Due in
      if state.isStopping && state.told == nil { return .stop }
      if now > state.end { return .silence }
      guard let told = state.told else { return now > state.deadline ? .silence : .nothing }
      guard now - told > Self.heartbeat else { return .nothing }
      state.told = now
      return .patience
    }
    switch due {
    case .nothing: break
    case .patience: channel.writeAndFlush(Frame(.working), promise: nil)
    case .silence:
      channel.writeAndFlush(Frame(.refused(.silent)), promise: nil)
      close(Refusal.silent)
    case .stop:
      channel.writeAndFlush(Frame(.refused(.stopping)), promise: nil)
      close(Refusal.stopping)
    }
  }

  private func close(_ error: any Error) {
    state.withLock { if $0.failure == nil { $0.failure = error } }
    channel.close(promise: nil)
  }

  /// Why it closed the connection; `nil` when it did not.
  var failure: (any Error)? { state.withLock(\.failure) }

  /// Whether the conversation is to end where nothing is half done.
  var isStopping: Bool { state.withLock(\.isStopping) }

  /// Ends the conversation: at once when it waits, else when what is being done is stored.
  func stop() { state.withLock { $0.isStopping = true } }

  /// Waits anew from now.
  func extend() { state.withLock { $0.deadline = ContinuousClock.now + patience } }

  /// This end is at work from now on.
  func beginWork() { state.withLock { $0.told = ContinuousClock.now } }

  /// This end is not at work any more, and waits anew.
  func endWork() {
    state.withLock { state in
      state.told = nil
      state.deadline = ContinuousClock.now + patience
    }
  }
}
