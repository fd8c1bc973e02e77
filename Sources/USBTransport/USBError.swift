// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// Why USB did not do what was asked.
package enum USBError: Error, Hashable, Sendable {
    /// Nothing moved within the limit; the transfer was taken back. `transferred` counts the bytes that did move.
    case timedOut(after: Duration, transferred: Int)
    /// The endpoint is halted; `clearHalt` ends it.
    case stalled
    /// The device is gone from the bus; nothing on this claim works again.
    case disconnected
    /// The device sent more than was asked for.
    case overflow(expected: Int)
    /// A lower-level transfer error (CRC, babble, host controller).
    case transferFailed(detail: String)
    case accessDenied(device: String)
    /// Somebody else holds the interface.
    case busy(device: String, holder: String?)
    case noSuchInterface(number: UInt8)
    case noSuchEndpoint(address: UInt8)
    case cancelled
    /// The kernel knows the device, but there is no node to open it through, as in a container.
    case noDeviceNode(device: String)
    /// This machine, or this container, has no USB to look at.
    case noUSB(detail: String)
    /// The USB library itself could not work (no memory, unknown code).
    case system(operation: String, detail: String)
}

extension USBError: Diagnosable {
    package var code: String {
        switch self {
        case .timedOut: "USB-001"
        case .stalled: "USB-002"
        case .disconnected: "USB-003"
        case .accessDenied: "USB-004"
        case .busy: "USB-005"
        case .overflow: "USB-006"
        case .transferFailed: "USB-007"
        case .noSuchInterface: "USB-008"
        case .noSuchEndpoint: "USB-009"
        case .cancelled: "USB-010"
        case .system: "USB-011"
        case .noDeviceNode: "USB-012"
        case .noUSB: "USB-013"
        }
    }

    package var failureClass: FailureClass? {
        switch self {
        case .noUSB: .noProbe
        case .accessDenied, .busy, .noDeviceNode: .probeUnavailable
        case .disconnected: .probeLost
        case .timedOut, .stalled, .overflow, .transferFailed, .noSuchInterface, .noSuchEndpoint, .cancelled,
            .system:
            .probeFailed
        }
    }

    package var summary: String {
        switch self {
        case .timedOut(let limit, let transferred):
            "no answer within \(Format.time(limit)) (\(Format.count(transferred, "byte")) moved)"
        case .stalled: "the probe stalled the endpoint"
        case .disconnected: "the probe was unplugged"
        case .overflow(let expected): "the probe sent more than the \(expected) bytes asked for"
        case .transferFailed(let detail): "the USB transfer failed: \(detail)"
        case .accessDenied(let device): "no permission to open \(device)"
        case .busy(let device, let holder): "\(device) is in use by \(holder ?? "another program")"
        case .noSuchInterface(let number): "the device has no interface \(number)"
        case .noSuchEndpoint(let address): "the interface has no endpoint \(address.hex)"
        case .cancelled: "the transfer was cancelled"
        case .noDeviceNode(let device): "\(device) does not exist, though the kernel sees the probe"
        case .noUSB(let detail): "there is no USB here: \(detail)"
        case .system(let operation, let detail): "\(operation) failed: \(detail)"
        }
    }

    package var remedies: [String] {
        switch self {
        case .accessDenied:
            [
                "install the udev rules (60-extflash.rules, with `sudo make install-udev`), then replug the probe",
                "over ssh or in a service: join the group they name (`sudo usermod -aG plugdev $USER`), log in anew",
            ]
        case .busy: ["close the program that holds the probe, or choose another with --probe"]
        case .disconnected: ["check cable and hub, replug the probe and repeat the job"]
        case .timedOut: ["replug the probe if it does not answer the next command either"]
        case .noDeviceNode: ["give the container /dev/bus/usb (`--volume /dev/bus/usb:/dev/bus/usb`)"]
        case .noUSB:
            [
                "in a container or virtual machine, pass /dev/bus/usb or the USB device in",
                "work without hardware: --probe sim:stlink-v3",
            ]
        case .stalled, .overflow, .transferFailed, .noSuchInterface, .noSuchEndpoint, .cancelled, .system: []
        }
    }
}
