import Quan
import QuanStore
import QuanTesting
import QuanTransport
import Synchronization
import Testing

/// Pupils with names and photos: enough to exchange.
let sampleSchema = SchemaDraft([
  KindDraft(
    "pupil", Labels("学生", "pupil"),
    [FieldDraft("name", Labels("姓名", "name")), FieldDraft("photo", Labels("照片", "photo"), .attachment)])
])

/// A server that runs while a test does, with what it has logged.
final class Host: Sendable {
  let port: Int
  let server: SyncServer
  private let log: Log
  private let task: Task<Void, any Error>

  private final class Log: Sendable {
    let events = Mutex<[ServerEvent]>([])
  }

  private init(_ server: SyncServer, _ log: Log, _ port: Int, _ task: Task<Void, any Error>) {
    self.server = server
    self.log = log
    self.port = port
    self.task = task
  }

  /// Runs `body` while a replica is served, and stops the server.
  static func serving<T>(
    _ replica: Replica, limits: ServerLimits = ServerLimits(), _ body: (Host) async throws -> T
  ) async throws -> T {
    let log = Log()
    let server = try SyncServer(replica, limits: limits) { event in log.events.withLock { $0.append(event) } }
    let (ports, told) = AsyncStream.makeStream(of: Int.self)
    let task = Task {
      defer { told.finish() }
      try await server.run(host: "127.0.0.1", port: 0) { told.yield($0) }
    }
    var iterator = ports.makeAsyncIterator()
    guard let port = await iterator.next(isolation: #isolation) else {
      try await task.value
      throw StoreError(.network, "the server did not start")
    }
    let host = Host(server, log, port, task)
    do {
      let result = try await body(host)
      try await host.stop()
      return result
    } catch {
      try? await host.stop()
      throw error
    }
  }

  /// Stops the server, and waits until it has.
  func stop() async throws {
    server.stop()
    try await task.value
  }

  /// What has been logged.
  var events: [ServerEvent] { log.events.withLock { $0 } }

  /// Waits until nobody is connected, at most half a minute.
  func empty() async throws {
    for _ in 0..<600 where server.status.connections > 0 { try await Task.sleep(for: .milliseconds(50)) }
    #expect(server.status.connections == 0)
  }

  /// Waits until something has been logged, at most half a minute.
  func event(_ kind: ServerEvent.Kind, _ reason: ServerEvent.Reason? = nil) async throws -> ServerEvent {
    for _ in 0..<600 {
      if let found = events.first(where: { $0.kind == kind && (reason == nil || $0.reason == reason) }) { return found }
      try await Task.sleep(for: .milliseconds(50))
    }
    throw StoreError(.notFound, "not logged: \(kind) \(reason.map { "\($0)" } ?? ""); but: \(events)")
  }
}

/// Exchanges a replica with what listens at a port.
func call(
  _ replica: Replica, _ port: Int, dryRun: Bool = false, patience: Duration = .seconds(60)
) async throws -> SyncClient.Outcome {
  var client = try SyncClient(replica)
  client.patience = patience
  return try await client.sync(host: "127.0.0.1", port: port, dryRun: dryRun)
}

/// How many pupils a replica shows.
func pupilCount(_ replica: Replica) throws -> Int {
  var count = 0
  if let kind = try replica.schema().kind(named: "pupil") { try replica.records(of: kind.id) { _ in count += 1 } }
  return count
}

/// Expects that laptops are equal in every scope, and sound.
func expectEqual(_ replicas: [Replica], at location: SourceLocation = #_sourceLocation) throws {
  for scope in try replicas[0].scopes().map(\.id) {
    let forms = try replicas.map { try $0.canonicalForm(of: scope) }
    #expect(forms.allSatisfy { $0 == forms[0] }, sourceLocation: location)
  }
  for replica in replicas { #expect(try replica.verify() == [], sourceLocation: location) }
}

/// Expects that an exchange fails in one way.
func expect(
  _ code: StoreError.Code, at location: SourceLocation = #_sourceLocation, _ body: () async throws -> Void
) async {
  do {
    try await body()
    Issue.record("it did not fail", sourceLocation: location)
  } catch let error as StoreError {
    #expect(error.code == code, "\(error) \(error.details)", sourceLocation: location)
  } catch {
    Issue.record("it failed with \(error)", sourceLocation: location)
  }
}
