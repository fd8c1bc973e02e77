// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import Essentials
import Glibc

/// The tree under `/dev/bus/usb`, served to every program of the namespace: one directory, one file per device.
final class UsbfsServer: UsbfsReplies, HostBusObserver {
    private let bus: HostBus
    private let channel: FuseChannel
    private let onWarning: (String) -> Void
    private var files: [UInt64: UsbfsFile] = [:]
    private var nextFile: UInt64 = 1
    /// Requests served.
    private(set) var requestCount = 0

    private static let root: UInt64 = 1
    private static let busNode: UInt64 = 2
    private static let busName = "001"

    init(bus: HostBus, channel: FuseChannel, onWarning: @escaping (String) -> Void) {
        (self.bus, self.channel, self.onWarning) = (bus, channel, onWarning)
        bus.observers.append(self)
    }

    /// Readable when there is something to serve.
    var descriptor: Int32 { channel.descriptor }

    // MARK: - UsbfsReplies

    func answer(_ unique: UInt64, _ result: Int32) {
        channel.send(
            result < 0
                ? FuseReply.failure(unique, -result) : FuseReply.success(unique, FuseReply.control(result)))
    }
    func notify(_ key: UInt64) { channel.send(FuseReply.pollNotice(key)) }
    func warn(_ text: String) { onWarning(text) }

    // MARK: - HostBusObserver

    func attached(_ device: HostDevice) {}
    func changed(_ device: HostDevice) {}
    func detached(_ device: HostDevice) {
        for (_, file) in files.sorted(by: { $0.key < $1.key }) where file.device === device { file.wake() }
    }

    // MARK: - Time

    /// When the next waiting call runs out of time.
    var nextDeadline: Duration? { files.values.flatMap(\.calls).compactMap(\.deadline).min() }
    func expire(at now: Duration) {
        for (_, file) in files.sorted(by: { $0.key < $1.key }) { file.expire(at: now) }
    }
    /// Whether any program has a device open.
    var isInUse: Bool { !files.isEmpty }

    // MARK: - Requests

    /// Serves everything that has come in; false when the file system is gone.
    func serve() -> Bool {
        while true {
            switch channel.receive() {
            case .nothing: return true
            case .closed: return false
            case .request(let bytes):
                requestCount += 1
                // What cannot be decoded has no number to answer to; the kernel sends no such thing.
                guard let request = try? FuseRequest(bytes) else { continue }
                serve(request)
            }
        }
    }

    private func serve(_ request: FuseRequest) {
        do {
            if let answer = try answer(to: request) {
                channel.send(FuseReply.success(request.unique, answer))
            }
        } catch {
            channel.send(FuseReply.failure(request.unique, error.number))
        }
    }

    /// The payload of the answer; nil when there is none, or not yet.
    private func answer(to request: FuseRequest) throws(Errno) -> [UInt8]? {
        switch request.operation {
        case .initialize(let major, _, let readAhead):
            guard major >= 7 else { throw Errno(EPROTO) }
            return FuseReply.initialized(readAhead: readAhead)
        case .lookup(let name): return FuseReply.entry(try lookup(name, in: request.node))
        case .attributes: return FuseReply.attributes(try attributes(of: request.node))
        case .setAttributes(let change):
            guard let device = device(request.node) else { throw Errno(EPERM) }
            device.access.apply(change)
            return FuseReply.attributes(Self.file(device))
        case .openDirectory: return FuseReply.opened(handle: 0, isDevice: false)
        case .readDirectory(let offset, let size):
            return FuseReply.directory(try entries(of: request.node), from: offset, size: Int(size))
        case .open(let flags):
            return FuseReply.opened(handle: try open(request.node, flags), isDevice: true)
        case .read(let handle, let offset, let size):
            let device = try file(handle).device
            guard device.isConnected else { throw Errno(ENODEV) }
            let bytes = device.descriptors.dropFirst(Int(clamping: offset))
            return Array(bytes.prefix(Int(size)))
        case .release(let handle):
            files.removeValue(forKey: handle)?.close()
            return []
        case .releaseDirectory, .destroy: return []
        case .control(let call):
            let result = try file(call.handle).command(
                call, unique: request.unique, thread: request.thread, now: bus.now)
            return result.map(FuseReply.control)
        case .poll(let handle, let key, let wantsNotice):
            let file = try file(handle)
            if wantsNotice, file.pollEvents == 0 { file.watch(key) }
            return FuseReply.polled(file.pollEvents)
        case .interrupt(let unique):
            for (_, file) in files.sorted(by: { $0.key < $1.key }) { file.interrupt(unique) }
            return nil
        case .statistics: return FuseReply.statistics
        case .silent: return nil
        case .unsupported: throw Errno(ENOSYS)
        }
    }

    private func file(_ handle: UInt64) throws(Errno) -> UsbfsFile {
        guard let file = files[handle] else { throw Errno(EBADF) }
        return file
    }
    private func open(_ node: UInt64, _ flags: UInt32) throws(Errno) -> UInt64 {
        guard let device = bus.attached.first(where: { $0.node == node }) else { throw Errno(ENODEV) }
        defer { nextFile += 1 }
        files[nextFile] = UsbfsFile(
            number: nextFile, device: device, isWritable: flags & UInt32(O_ACCMODE) != UInt32(O_RDONLY),
            replies: self)
        return nextFile
    }

    // MARK: - The tree

    private func lookup(_ name: [UInt8], in node: UInt64) throws(Errno) -> FuseReply.Attributes {
        let name = String(decoding: name, as: UTF8.self)
        guard let entry = try entries(of: node).first(where: { $0.name == name }) else { throw Errno(ENOENT) }
        return entry.attributes
    }
    private func entries(of node: UInt64) throws(Errno) -> [(name: String, attributes: FuseReply.Attributes)]
    {
        switch node {
        case Self.root: [(Self.busName, Self.directory(Self.busNode))]
        case Self.busNode:
            bus.attached.map { device in
                (device.fileName, Self.file(device))
            }
        default: throw Errno(ENOTDIR)
        }
    }
    private func attributes(of node: UInt64) throws(Errno) -> FuseReply.Attributes {
        if node == Self.root || node == Self.busNode { return Self.directory(node) }
        guard let device = device(node) else { throw Errno(ENOENT) }
        return Self.file(device)
    }
    /// On the bus, or gone from it and still open.
    private func device(_ node: UInt64) -> HostDevice? {
        (bus.attached + files.values.map(\.device)).first { $0.node == node }
    }
    private static func file(_ device: HostDevice) -> FuseReply.Attributes {
        .init(
            node: device.node, isDirectory: false, size: device.descriptors.count, access: device.access)
    }
    private static func directory(_ node: UInt64) -> FuseReply.Attributes {
        .init(node: node, isDirectory: true, size: 0, access: .directory)
    }
}

extension HostDevice {
    /// Name of its file: the address in three digits.
    var fileName: String {
        let digits = String(number)
        return String(repeating: "0", count: 3 - digits.count) + digits
    }
}
