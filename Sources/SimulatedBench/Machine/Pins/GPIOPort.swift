// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

/// One GPIO port of 16 pins (RM0399 chapter GPIO).
final class GPIOPort: WordPeripheral {
    private let modeReset: UInt32
    private let pullReset: UInt32
    private let speedReset: UInt32
    private(set) var mode: UInt32 = 0
    private var words = [UInt32](repeating: 0, count: 10)
    /// Pins whose configuration is fixed until reset, and how far the sequence that fixes them has come.
    private var locked: UInt32 = 0
    private var lockSequence: [UInt32] = []
    /// A pin may have got another function, level or pull, at a moment or by a reset.
    var onChange: ((_ now: Picoseconds?) -> Void)?
    /// What holds the trace at a pin from outside.
    var outside: ((_ pin: Int) -> TraceLevel?)?

    /// Ports A and B start with the debug pins in their alternate function; `port` is 0 for A.
    init(_ context: ChipContext, port: Int) {
        modeReset = Self.modeReset(of: port)
        (speedReset, pullReset) =
            port == 0 ? (0x0C00_0000, 0x6400_0000) : port == 1 ? (0x0000_00C0, 0x0000_0100) : (0, 0)
        super.init(context)
        reset()
    }
    /// MODER after a reset.
    static func modeReset(of port: Int) -> UInt32 {
        port == 0 ? 0xABFF_FFFF : port == 1 ? 0xFFFF_FEBF : .max
    }

    override func reset() {
        for index in words.indices { words[index] = 0 }
        (words[0], words[2], words[3], mode) = (modeReset, speedReset, pullReset, modeReset)
        (locked, lockSequence) = (0, [])
        onChange?(nil)
    }

    /// Whether the pin is in alternate function `function`.
    func isAlternate(_ pin: Int, _ function: UInt32) -> Bool {
        mode >> UInt32(2 * pin) & 3 == 2
            && words[8 + pin / 8] >> UInt32(4 * (pin % 8)) & 15 == function
    }
    /// What a pin is set to.
    ///
    /// The pull resistors of an analog pin are off, and of one that is driven they do nothing (RM0399, GPIO
    /// functional description).
    enum PinState {
        case alternate(UInt32, pull: Bool?)
        case output(Bool)
        case released(pull: Bool?)
    }
    func state(of pin: Int) -> PinState {
        let pull: Bool? =
            switch words[3] >> UInt32(2 * pin) & 3 {
            case 1: true
            case 2: false
            default: nil
            }
        switch mode >> UInt32(2 * pin) & 3 {
        case 0: return .released(pull: pull)
        case 1:
            let level = words[5] >> UInt32(pin) & 1 != 0
            let isOpenDrain = words[1] >> UInt32(pin) & 1 != 0
            return isOpenDrain && level ? .released(pull: pull) : .output(level)
        case 2: return .alternate(words[8 + pin / 8] >> UInt32(4 * (pin % 8)) & 15, pull: pull)
        default: return .released(pull: nil)
        }
    }
    /// An output reads itself, an input its trace, where the board leaves that alone its own pull-up.
    private var inputs: UInt32 {
        (0..<16).reduce(0) { value, pin in value | (level(of: pin) ? 1 << UInt32(pin) : 0) }
    }
    private func level(of pin: Int) -> Bool {
        let mode = mode >> UInt32(2 * pin) & 3
        if mode == 3 { return false }
        switch outside?(pin) {
        case .short(let level): return level
        case .resistor(let level) where mode != 1: return level
        case .resistor, nil: break
        }
        if mode == 1 { return words[5] >> UInt32(pin) & 1 != 0 }
        return words[3] >> UInt32(2 * pin) & 3 == 1
    }

    override func readWord(_ offset: UInt32, _ access: Access) -> UInt32 {
        switch offset {
        case 0x10: inputs
        case 0x18, 0x28...: 0
        default: words[Int(offset / 4)]
        }
    }

    override func writeWord(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ access: Access) {
        let now = access.now
        switch offset {
        case 0x00, 0x08, 0x0C: set(offset, value, lanes: lanes & ~spread(locked, width: 2, from: 0), now)
        case 0x04: set(offset, value, lanes: lanes & 0xFFFF & ~locked, now)
        case 0x20: set(offset, value, lanes: lanes & ~spread(locked, width: 4, from: 0), now)
        case 0x24: set(offset, value, lanes: lanes & ~spread(locked, width: 4, from: 8), now)
        case 0x14: set(offset, value, lanes: lanes & 0xFFFF, now)
        // Set wins over reset.
        case 0x18: set(0x14, value, lanes: value & 0xFFFF | value >> 16, now)
        case 0x1C: writeLock(value)
        default: break
        }
    }
    private func set(_ offset: UInt32, _ value: UInt32, lanes: UInt32, _ now: Picoseconds) {
        let index = Int(offset / 4)
        let new = merge(words[index], value, lanes: lanes)
        guard new != words[index] else { return }
        words[index] = new
        mode = words[0]
        onChange?(now)
    }
    /// The bits of a register with `width` bits a pin that belong to `pins`, from pin `first` on.
    private func spread(_ pins: UInt32, width: UInt32, from first: UInt32) -> UInt32 {
        guard pins != 0 else { return 0 }
        var mask: UInt32 = 0
        for pin in 0..<32 / width where pins >> (pin + first) & 1 != 0 {
            mask |= (1 << width - 1) << (pin * width)
        }
        return mask
    }

    /// LCKK: write 1, 0, 1 with the same pins.
    private func writeLock(_ value: UInt32) {
        guard locked == 0 else { return }
        lockSequence = lockSequence.suffix(2) + [value & 0x1_FFFF]
        let pins = value & 0xFFFF
        guard lockSequence == [pins | 1 << 16, pins, pins | 1 << 16] else { return }
        locked = pins
        words[7] = pins | 1 << 16
    }
}
