// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import EmulatedCortexM
import Testing

@Suite struct `Strict decoding` {
    @Test(arguments: [
        ("VLD1 (Advanced SIMD)", [UInt16(0xF920), 0x070F]), ("VST1", [0xF900, 0x070F]),
        ("VADD.I32 (Advanced SIMD)", [0xEF20, 0x0802]), ("VMUL.F32 (Advanced SIMD)", [0xFF00, 0x0D12]),
        ("BLX to ARM state", [0xF000, 0xE800]), ("SRS", [0xE80D, 0xC010]), ("RFE", [0xE890, 0xC000]),
        ("SETEND", [0xB650]), ("HLT", [0xBA80]), ("CPSID A", [0xB674]), ("CPS of nothing", [0xB670]),
        ("LDM of one register", [0xE891, 0x0004]), ("LDM with SP in the list", [0xE891, 0x200C]),
        ("STM with PC in the list", [0xE881, 0x800C]),
        ("LDM with write-back of a listed base", [0xE8B1, 0x0006]),
        ("POP of nothing", [0xBC00]), ("ADD.W with bit 15 set", [0xEB01, 0x8002]),
        ("MUL with SBZ bits", [0xFB01, 0xF042]), ("UDIV with SBO bits", [0xFBB1, 0x00F2]),
        ("LSL with SBO bits", [0xFA01, 0x0002]), ("CLZ of two registers", [0xFAB1, 0xF082]),
        ("ADD.W of SP into another", [0xEB01, 0x020D]), ("MOV.W to PC", [0xEA4F, 0x0F02]),
        ("AND.W immediate to SP", [0xF001, 0x0D01]), ("immediate 0x00XY00XY of zero", [0xF001, 0x1200]),
        ("MSR of an unknown register", [0xF380, 0x8815]), ("MRS with SBO bits", [0xF3EE, 0x8000]),
        ("DSB with SBO bits", [0xF3BE, 0x8F4F]), ("TBB with SP", [0xE8DD, 0xF000]),
        ("STRD with PC", [0xE9C1, 0xF200]), ("LDRD of one register twice", [0xE9D1, 0x2200]),
        ("STREX over its address", [0xE841, 0x2100]),
        ("LDR.W with write-back to its target", [0xF851, 0x1F04]),
        ("LDRB to SP", [0xF891, 0xD000]), ("STR literal", [0xF8CF, 0x0000]),
        ("LDRD.W of size 3", [0xF8F1, 0x0000]),
        ("BFI with msb below lsb", [0xF361, 0x1200]), ("UBFX beyond bit 31", [0xF3C1, 0x70DF]),
        ("BX with SBZ bits", [0x4701]), ("CMP of low registers in the high form", [0x4501]),
        ("UDF.W", [0xF7F0, 0xA000]), ("IT with condition 15", [0xBFF8]), ("IT AL with ELSE", [0xBFEC]),
    ])
    func `is an undefined instruction`(_ name: String, _ code: [UInt16]) {
        let machine = TestMachine()
        machine[peripheral: Register.cpacr] = 0xF0_0000
        machine.program(code)
        for index in 0..<13 as Range<UInt32> { machine[index] = TestMachine.ramBase + 0x100 }
        machine.step()
        #expect(machine[peripheral: Register.cfsr] == 0x1_0000, "\(name)")
    }

    @Test(arguments: [
        ("B in the middle of an IT block", [UInt16(0xBF04), 0xE7FE]), ("IT inside IT", [0xBF04, 0xBF08]),
        ("CBZ in an IT block", [0xBF08, 0xB100]), ("conditional branch in an IT block", [0xBF08, 0xD0FE]),
        ("VSEL in an IT block", [0xBF08, 0xFE00, 0x0A20]),
    ])
    func `is undefined inside an IT block`(_ name: String, _ code: [UInt16]) {
        let machine = TestMachine()
        machine[peripheral: Register.cpacr] = 0xF0_0000
        machine.program(code)
        machine[16] = 0x4100_0000
        machine.step(2)
        #expect(machine[peripheral: Register.cfsr] == 0x1_0000, "\(name)")
    }

    @Test(arguments: [
        ("VADD.F64", [UInt16(0xEE30), 0x0B01], true), ("VRINTA.F32", [0xFEB8, 0x0A60], true),
        ("VSEL", [0xFE00, 0x0A20], true), ("VCVT.F64.F32", [0xEEB7, 0x0AE0], true),
        ("VADD.F32", [0xEE30, 0x0A20], false), ("VLDR of a double", [0xED91, 0x0B00], false),
        ("VMOV of half a double", [0xEE00, 0x0B10], false),
    ])
    func `the M4 has single precision only`(_ name: String, _ code: [UInt16], _ isUndefined: Bool) {
        for model in [CoreModel.cortexM4, .cortexM7] {
            let machine = TestMachine(model)
            machine[peripheral: Register.cpacr] = 0xF0_0000
            machine.program(code)
            machine[1] = TestMachine.ramBase
            machine.step()
            let isRefused = machine[peripheral: Register.cfsr] != 0
            #expect(isRefused == (isUndefined && model == .cortexM4), "\(name)")
        }
    }
}
