// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

package import Essentials

/// A target as data: what one file of `Config/targets/` says.
///
/// The file is YAML; every key below is required unless it says otherwise or the file that `extends:` names has it, unknown
/// keys are errors. Numbers are decimal or
/// `0x…`, sizes may end in `KiB` or `MiB`.
///
///     schema: 1
///     extends: stm32h745                 # optional: a file whose keys hold where this one has none
///     name: stm32h745                    # what --target takes
///     title: text for people
///     parts: [names sold, …]
///     uf2-families: [0x6db66082]         # optional: UF2 files for these are right
///     minimum-volts: 1.62
///     debug-port: 0x6ba02477             # DPIDR; the revision is not compared
///     access-ports:                      # roles: main-core, system, debug, second-core
///       - {index: 0, role: main-core, identification: 0x84770001, cacheable: true}
///     debug-clock: {connect-kilohertz: 4000, maximum-kilohertz: 24000}   # SWCLK
///     identity:                          # read through the debug AP
///       register: 0xe00e1000
///       device: 0x450                    # bits 11:0
///       revisions: [{id: 0x2003, name: V}, …]      # bits 31:16
///       second-core-boot: {register: 0x5200201c, bits: [22, 23]}   # optional, see `hasSecondCore`
///     cores:
///       main: {name: M7, part: 0xc27}
///       second: {name: M4, part: 0xc24}               # optional
///     memories:                          # kinds: ram, flash, rom
///       - {name: AXI SRAM, start: 0x24000000, size: 512 KiB, kind: ram}
///     loader-ram: AXI SRAM               # one of them, for loader, stack and buffers
///     mapped-flash: {start: 0x90000000, size: 256 MiB}
///     debug-power: {register: …, bits: […]}        # set through the debug AP
///     freeze:                            # set through the debug AP: stop with the core
///       - {register: …, bits: […]}
///     clock: {register: …, shift: 3, width: 3, reset-value: 0}      # where the system clock comes from
///     watchdogs:
///       independent: [{name: IWDG1, base: …, hardware-start: {register: …, bits: […]}}, …]
///       oscillator: {register: …, on: 0, ready: 1}                  # the one they force on
///       window: [{name: WWDG1, base: …, clock: {registers: […], bit: …}}, …]
///     bus-masters:                       # enable bit of each channel
///       - {name: DMA1, control: …, channels: 8, stride: 0x18, bit: 0, clock: {registers: […], bit: 0}}
///     quadspi: {base: …, clock: {registers: […], bit: 14}, reset: {register: …, bits: [14]}}
///     pins:                              # optional: every pin that can carry a QUADSPI signal
///       - {signal: BK2_NCS, pin: PC11, function: 9}
///     gpio: {base: …, stride: 0x400, clock: {registers: […], bit: 0}}          # port A; the others follow
///     supply: {register: …, reset-value: 0x6}
///     unique-id: 0x1ff1e800              # 12 bytes
///     flash-size: 0x1ff1e880             # KiB, 16 bits
///     reset: {hold-milliseconds: 100, settle-milliseconds: 1000}
package struct TargetDefinition: Hashable, Sendable {
    package var name: String
    package var title: String
    package var parts: [String]
    /// Empty when the file names none; then a UF2 file of any family is taken.
    package var uf2Families: [UInt32]
    package var minimumVolts: Double
    package var debugClock: DebugClockDefinition
    package var debugPort: UInt32
    package var accessPorts: [AccessPortDefinition]
    package var identity: IdentityDefinition
    package var mainCore: CoreDefinition
    package var secondCore: CoreDefinition?
    package var memoryList: [MemoryDefinition]
    /// RAM a loader may use: AXI SRAM of the H7.
    package var loaderRAM: Range<UInt32>
    /// Where QUADSPI maps the flash.
    package var mappedFlash: Range<UInt32>
    package var debugPower: RegisterBits
    package var freezes: [RegisterBits]
    package var clock: RegisterField
    package var watchdogs: WatchdogDefinitions
    package var busMasters: [BusMasterDefinition]
    package var quadSPI: QuadSPIDefinition
    package var ports: PortDefinition
    /// The multiplexer's choices for QUADSPI; empty where the file has no table.
    package var pins: [TargetPin] = []
    package var supply: RegisterField
    package var uniqueID: UInt32
    package var flashSize: UInt32
    package var resetHold: Duration
    package var resetSettle: Duration

    package func accessPort(_ role: AccessPortRole) -> AccessPortDefinition? {
        accessPorts.first { $0.role == role }
    }
}

package enum AccessPortRole: String, CaseIterable, Hashable, Sendable {
    case mainCore = "main-core"
    /// The bus matrix without a core.
    case system
    /// The debug bus: works with cores asleep and while nRST is low.
    case debug
    case secondCore = "second-core"
}

/// SWCLK: slow enough for any wiring to connect with, and what the part takes once the wire has proved good.
package struct DebugClockDefinition: Hashable, Sendable {
    package var connect: Hertz
    package var maximum: Hertz
}

package struct AccessPortDefinition: Hashable, Sendable {
    package var index: UInt8
    package var role: AccessPortRole
    /// IDR; the revision is not compared.
    package var identification: UInt32
    package var isCacheable: Bool
}

package struct CoreDefinition: Hashable, Sendable {
    package var name: String
    /// CPUID.PARTNO, 12 bits.
    package var part: UInt16
}

package struct IdentityDefinition: Hashable, Sendable {
    package struct Revision: Hashable, Sendable {
        package var id: UInt16
        package var name: String
    }
    package var register: UInt32
    package var device: UInt16
    package var revisions: [Revision]
    /// Boot option bits that only parts with a second core have.
    package var secondCoreBoot: RegisterBits?
}

package struct MemoryDefinition: Hashable, Sendable {
    package enum Kind: String, CaseIterable, Hashable, Sendable {
        case ram, flash, rom
    }
    package var name: String
    package var range: Range<UInt32>
    package var kind: Kind
}

/// Some bits of one register.
package struct RegisterBits: Hashable, Sendable {
    package var register: UInt32
    package var mask: UInt32
}

/// One field of a register and what it holds after power-on.
package struct RegisterField: Hashable, Sendable {
    package var register: UInt32
    package var shift: UInt32
    package var width: UInt32
    package var resetValue: UInt32

    package func value(in word: UInt32) -> UInt32 {
        (word >> shift) & (width >= 32 ? .max : (1 << width) - 1)
    }
}

/// A clock enable bit; on when it is set in any of the registers (one for each core on dual-core parts).
package struct ClockGate: Hashable, Sendable {
    package var registers: [UInt32]
    package var bit: UInt32
}

package struct WatchdogDefinitions: Hashable, Sendable {
    package struct Independent: Hashable, Sendable {
        package var name: String
        package var base: UInt32
        /// Option bit that is 0 when hardware starts it at reset.
        package var hardwareStart: RegisterBits?
    }
    package struct Window: Hashable, Sendable {
        package var name: String
        package var base: UInt32
        package var clock: ClockGate
    }
    package struct Oscillator: Hashable, Sendable {
        package var register: UInt32
        package var onBit: UInt32
        package var readyBit: UInt32
    }
    package var independent: [Independent]
    package var oscillator: Oscillator
    package var window: [Window]
}

package struct BusMasterDefinition: Hashable, Sendable {
    package var name: String
    /// Control register of channel 0.
    package var control: UInt32
    package var channels: Int
    package var stride: UInt32
    package var enableBit: UInt32
    package var clock: ClockGate
}

/// Where the GPIO ports are.
package struct PortDefinition: Hashable, Sendable {
    /// Of port A.
    package var base: UInt32
    package var stride: UInt32
    /// Of port A; each further port has the next bit.
    package var clock: ClockGate

    /// `port` 0 is GPIOA.
    package func base(of port: UInt8) -> UInt32 { base &+ stride &* UInt32(port) }
    package func clock(of port: UInt8) -> ClockGate {
        ClockGate(registers: clock.registers, bit: clock.bit + UInt32(port))
    }
}

package struct QuadSPIDefinition: Hashable, Sendable {
    package var base: UInt32
    package var clock: ClockGate
    package var reset: RegisterBits
}
