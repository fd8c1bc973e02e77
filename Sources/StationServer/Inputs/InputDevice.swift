// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Foundation
import Glibc
import ProductionJobs

/// Finds, opens and reads what the kernel makes of keyboards, scanners and switches.
struct InputDevice: Sendable {
    /// Where devices are described; another folder in tests.
    var system = "/sys/class/input"

    /// The device node of an input, opened for this station alone.
    ///
    /// EVIOCGRAB keeps its keys from every other program: a scan must not end up in a terminal or a desktop.
    func open(_ input: InputDefinition) throws(StationError) -> Int32 {
        let path = try path(of: input)
        let file = Glibc.open(path, O_RDONLY | O_NONBLOCK | O_CLOEXEC)
        guard file >= 0 else {
            let problem = errno
            guard problem != ENOENT, problem != ENODEV else {
                throw .inputMissing(input.name, device: path, detail: "nothing is plugged in there")
            }
            throw .inputUnusable(input.name, path: path, detail: String(cString: strerror(problem)))
        }
        guard ioctl(file, Self.grab, 1) == 0 else {
            let detail =
                errno == EBUSY ? "another program has it for itself" : String(cString: strerror(errno))
            close(file)
            throw .inputUnusable(input.name, path: path, detail: detail)
        }
        return file
    }

    /// `_IOW('E', 0x90, int)`.
    private static let grab: UInt = 0x4004_4590

    func path(of input: InputDefinition) throws(StationError) -> String {
        let (vendor, product, physical): (UInt16, UInt16, String?)
        switch input.device {
        case .path(let path): return path
        case .usb(let first, let second, let third): (vendor, product, physical) = (first, second, third)
        }
        let names: [String]
        do { names = try FileManager.default.contentsOfDirectory(atPath: system) } catch {
            throw .inputMissing(input.name, device: "\(input.device)", detail: "\(system) cannot be read")
        }
        let found = names.filter { $0.hasPrefix("event") }.sorted().filter { name in
            let folder = "\(system)/\(name)/device/"
            func number(_ file: String) -> UInt16? {
                text(folder + file).flatMap { UInt16($0, radix: 16) }
            }
            guard number("id/vendor") == vendor, number("id/product") == product, hasKeys(folder) else {
                return false
            }
            guard let physical else { return true }
            let place = text(folder + "phys") ?? ""
            return place == physical || place.hasPrefix(physical + "/")
        }
        guard let name = found.first else {
            throw .inputMissing(
                input.name, device: "\(input.device)", detail: "nothing like it is plugged in")
        }
        guard found.count == 1 else {
            throw .inputMissing(
                input.name, device: "\(input.device)",
                detail: "\(found.joined(separator: " and ")) fit: tell them apart by `phys`")
        }
        return "/dev/input/\(name)"
    }

    /// One scanner may show several devices: the one with keys is meant.
    ///
    /// EV_KEY is bit 1.
    private func hasKeys(_ folder: String) -> Bool {
        let events = text(folder + "capabilities/ev").flatMap { UInt64($0.suffix(16), radix: 16) } ?? 0
        guard events & 2 != 0 else { return false }
        // A mouse has no more than a few buttons, all of them above 255; a keyboard has keys in the last word.
        let keys = text(folder + "capabilities/key")?.split(separator: " ").last
        return keys.flatMap { UInt64($0, radix: 16) } ?? 0 != 0
    }

    private func text(_ path: String) -> String? {
        guard let data = FileManager.default.contents(atPath: path) else { return nil }
        return String(decoding: data, as: UTF8.self).split(whereSeparator: \.isNewline).first.map(String.init)
    }

    /// What `file` hands over until it is gone, or `isOver`; then it is closed.
    static func bytes(
        of file: Int32, name: String, until isOver: @escaping @Sendable () -> Bool
    ) -> AsyncStream<[UInt8]> {
        let (stream, continuation) = AsyncStream.makeStream(of: [UInt8].self)
        let thread = Thread {
            var buffer = [UInt8](repeating: 0, count: 64 * InputEventReader.size)
            while !isOver() {
                var request = pollfd(fd: file, events: Int16(POLLIN), revents: 0)
                let ready = poll(&request, 1, 250)
                if ready == 0 || (ready < 0 && errno == EINTR) { continue }
                guard ready > 0 else { break }
                let count = read(file, &buffer, buffer.count)
                if count > 0 {
                    continuation.yield(Array(buffer[..<count]))
                } else if count == 0 || (errno != EAGAIN && errno != EINTR) {
                    // ENODEV: it was unplugged.
                    break
                }
            }
            close(file)
            continuation.finish()
        }
        thread.name = "input \(name)"
        thread.start()
        return stream
    }
}
