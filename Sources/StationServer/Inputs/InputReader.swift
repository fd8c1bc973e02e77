// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import ProductionJobs

/// What a person did at an input.
enum InputAction: Hashable, Sendable {
    case scanned(String)
    case pressed(InputDefinition.Start)
    /// Keys were lost: what was typed is not what was scanned.
    case incomplete
}

/// Makes actions of keys: codes that end with Enter, or presses that mean something.
struct InputReader {
    private let input: InputDefinition
    private var code = ""
    private var isShifted = false
    private var isCapital = false
    /// Up to the next Enter.
    private var isSpoilt = false
    private var lastKey: Duration?
    private var before: [InputAction: Duration] = [:]

    /// Characters of a code; what types more is no scanner.
    static let limit = 128
    /// A scanner types without a pause: after one, what came before belongs to nothing.
    static let pause = Duration.seconds(3)

    init(_ input: InputDefinition) { self.input = input }

    mutating func take(_ event: InputEvent) -> InputAction? {
        if event.isLoss {
            isSpoilt = !code.isEmpty || isSpoilt
            isShifted = false
            return nil
        }
        switch input.use {
        case .scanner(let scanner): return type(event, scanner).flatMap { once($0, at: event.time) }
        case .keys(let keys):
            guard event.isPress, let key = keys.first(where: { $0.code == event.code }) else { return nil }
            return once(.pressed(key.start), at: event.time)
        }
    }

    private mutating func type(_ event: InputEvent, _ scanner: InputDefinition.Scanner) -> InputAction? {
        if InputKey.shift.contains(event.code), event.isPress || event.isRelease {
            isShifted = event.isPress
            return nil
        }
        guard event.isPress else { return nil }
        if let lastKey, event.time - lastKey > Self.pause { (code, isSpoilt) = ("", false) }
        lastKey = event.time
        if event.code == InputKey.capsLock {
            isCapital.toggle()
            return nil
        }
        if InputKey.enter.contains(event.code) { return end() }
        guard let key = scanner.layout[event.code] ?? InputKey.unitedStates[event.code] else { return nil }
        let isUpper = key.plain.isLetter ? isShifted != isCapital : isShifted
        if code.utf8.count < Self.limit {
            code.append(isUpper ? key.shifted : key.plain)
        } else {
            isSpoilt = true
        }
        return nil
    }

    private mutating func end() -> InputAction? {
        defer { (code, isSpoilt) = ("", false) }
        guard !isSpoilt else { return .incomplete }
        let text = code.trimmed
        return text.isEmpty ? nil : .scanned(text)
    }

    /// A contact that bounces, and a code that is read twice, count once; a clock that was set back does not matter.
    private mutating func once(_ action: InputAction, at time: Duration) -> InputAction? {
        if action == .incomplete { return action }
        defer { before = before.filter { time - $0.value < input.debounce } }
        if let last = before[action], time >= last, time - last < input.debounce {
            return nil
        }
        before[action] = time
        return action
    }
}

extension String {
    fileprivate var trimmed: String {
        var text = self[...]
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return String(text)
    }
}
