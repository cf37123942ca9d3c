import Glibc
public import QuanCore

/// What a replica may not find out by itself: the time, randomness, and where the laptop keeps its private state.
public struct Environment: Sendable {
  /// The laptop's clock.
  public var now: @Sendable () -> Instant
  /// Sixty-four random bits, fit for keys and identities.
  public var random: @Sendable () -> UInt64
  /// The folder of the private state file, made when missing; two laptops never share one.
  public var stateDirectory: String
  /// Is told how far long work has got, often and on the thread that works.
  ///
  /// What it throws stops the work: what is not done whole is as if never begun, and the error reaches whoever asked
  /// for the work.
  public var progress: @Sendable (WorkProgress) throws -> Void = { _ in }

  /// Gives the passphrase that the private keys of a member are under, if they are; `nil` when nobody knows it.
  ///
  /// Asked for only when keys under a passphrase are needed, maybe several times.
  public var passphrase: @Sendable () throws -> String? = { nil }

  /// Device and inode of a file, by which a copy is told from its original; simulated machines bring their own.
  package var place: @Sendable (_ path: String) throws -> (device: UInt64, inode: UInt64) = { try File.place(of: $0) }

  /// An environment of given parts; tests and simulations bring their own clock and randomness.
  public init(
    now: @escaping @Sendable () -> Instant, random: @escaping @Sendable () -> UInt64, stateDirectory: String
  ) {
    self.now = now
    self.random = random
    self.stateDirectory = stateDirectory
  }

  /// The laptop's real clock and randomness.
  public static func system(stateDirectory: String) -> Environment {
    Environment(
      now: {
        var time = timespec()
        _ = unsafe clock_gettime(CLOCK_REALTIME, &time)
        return Instant(milliseconds: Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000)
      },
      random: {
        var generator = SystemRandomNumberGenerator()
        return generator.next()
      },
      stateDirectory: stateDirectory)
  }
}
