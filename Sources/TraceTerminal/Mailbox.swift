import Synchronization

/// The way of messages from workers to the one thread that owns the terminal.
///
/// Posting wakes that thread out of ``Terminal/nextEvent(timeoutMilliseconds:)``. Not a hop to the main actor: while
/// the main thread waits for keys, such a hop would never run.
package final class Mailbox<Message: Sendable>: Sendable {
  private let messages = Mutex<[Message]>([])

  package init() {}

  /// Puts `message` behind those that wait, from any thread.
  package func post(_ message: Message) {
    let isFirst = messages.withLock { waiting in
      waiting.append(message)
      return waiting.count == 1
    }
    // Whoever posted the first has woken the reader, who then takes all.
    if isFirst { Terminal.wake() }
  }

  /// Takes all messages, in the order of posting.
  package func drain() -> [Message] {
    messages.withLock { waiting in
      let taken = waiting
      waiting = []
      return taken
    }
  }
}
