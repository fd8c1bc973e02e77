// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Foundation
import ProductionJobs
import Subprocess
import SystemPackage

/// Runs a program of the line's own with a unit as JSON on its standard input.
struct HookRunner: Sendable {
    let hook: Recipe.Hook
    let cancellation: Cancellation

    struct Answer: Sendable {
        let succeeded: Bool
        let output: String
        let errors: String
    }

    /// Of what it prints, each way.
    private static let limit = 65_536
    private var command: String { hook.command.first ?? "" }

    private enum Ending: Sendable {
        case answered(Answer)
        case timedOut, cancelled
    }
    /// Between two looks whether the hook is still wanted.
    private static let pause = Duration.milliseconds(50)

    /// Runs to its end, or kills it with all that it has begun when its time is up or nobody wants it any more.
    func run(_ input: String) async throws(StationError) -> Answer {
        guard !cancellation.isCancelled else { throw .hookCancelled(command: command) }
        let limit = hook.timeout
        do {
            return try await withThrowingTaskGroup(of: Ending.self) { group in
                group.addTask { .answered(try await execute(input)) }
                group.addTask {
                    try await Task.sleep(for: limit)
                    return .timedOut
                }
                group.addTask { [cancellation] in
                    while !cancellation.isCancelled { try await Task.sleep(for: Self.pause) }
                    return .cancelled
                }
                defer { group.cancelAll() }
                switch try await group.next() {
                case .answered(let answer): return answer
                case .timedOut: throw StationError.hookTimedOut(command: command, after: limit)
                case .cancelled, nil: throw StationError.hookCancelled(command: command)
                }
            }
        } catch let error as StationError {
            throw error
        } catch {
            throw .hookFailed(command: command, detail: "\(error)")
        }
    }

    private func execute(_ input: String) async throws -> Answer {
        let question = try Self.file(holding: input)
        var options = PlatformOptions()
        // Its children too: whoever holds the pipes would be waited for.
        options.createSession = true
        options.teardownSequence = [
            .send(signal: .kill, toProcessGroup: true, allowedDurationToNextStep: .zero)
        ]
        let result = try await Subprocess.run(
            .path(FilePath(command)), arguments: Arguments(Array(hook.command.dropFirst())),
            environment: .custom(["PATH": "/usr/local/bin:/usr/bin:/bin", "LANG": "C.UTF-8"]),
            platformOptions: options,
            input: .fileDescriptor(question, closeAfterSpawningProcess: true),
            output: .string(limit: Self.limit),
            error: .string(limit: Self.limit))
        return Answer(
            succeeded: result.terminationStatus.isSuccess, output: result.standardOutput,
            errors: result.standardError)
    }

    /// A file without a name: a pipe would break under a hook that does not read what it is told.
    private static func file(holding text: String) throws -> FileDescriptor {
        var name = Array(("/tmp/extflash-hook-" + String(repeating: "X", count: 6)).utf8CString)
        let number = mkstemp(&name)
        guard number >= 0 else { throw Errno(rawValue: errno) }
        unlink(name)
        _ = fcntl(number, F_SETFD, FD_CLOEXEC)
        let file = FileDescriptor(rawValue: number)
        do {
            try file.writeAll(text.utf8)
            try file.seek(offset: 0, from: FileDescriptor.SeekOrigin.start)
        } catch {
            try file.close()
            throw error
        }
        return file
    }
}

extension HookRunner.Answer {
    /// One line for a person.
    var complaint: String {
        let line =
            (errors + "\n" + output).split(separator: "\n").first.map(String.init) ?? "no reason was given"
        return String(line.prefix(300))
    }
}
