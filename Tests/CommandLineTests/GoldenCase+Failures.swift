// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import TestLoaders

extension GoldenCase {
    private static let image: (name: String, bytes: [UInt8]) = ("image.bin", Contents.random(8000))
    private static let program = "program $DIR/image.bin --progress none --probe sim:stlink-v3"

    /// One case or more for each class of failure.
    static let failures: [GoldenCase] = [
        GoldenCase("no-probe-of-that-kind", "info --probe sim:stlink-v9"),
        GoldenCase("usage-probe-twice", "probes --probe sim:stlink-v3 --probe SIM:stlink-v3"),
        GoldenCase("doctor-no-wire", "doctor --probe sim:cmsis-dap-v2,app=debug-pins-off"),
        GoldenCase("doctor-no-supply", "doctor --probe sim:stlink-v3,fault=unpowered"),
        GoldenCase("doctor-open-line", "doctor --probe sim:stlink-v3,line=IO3:open"),
        GoldenCase("doctor-hot", "doctor --probe sim:stlink-v3 --connect hot"),
        GoldenCase("doctor-no-page", "doctor --probe sim:stlink-v3 --report $DIR/none/page.html"),
        GoldenCase("probe-lost", "info --probe sim:stlink-v3,usb-fault=60:disconnect"),
        GoldenCase(
            "probe-failed",
            "info --probe sim:stlink-v3,\((2..<30).map { "usb-fault=\($0):stall" }.joined(separator: ","))"),
        GoldenCase("target-unpowered", "info --probe sim:stlink-v3,power=off"),
        GoldenCase("no-target", "info --probe sim:stlink-v3,wire-limit=1"),
        GoldenCase("wrong-part", "info --probe sim:stlink-v3,part=stm32h723"),
        GoldenCase(
            "target-misbehaves", "info --target $DIR/own/targets/mine.yaml --probe sim:stlink-v3",
            files: [("own/targets/mine.yaml", Contents.targetWithEndlessMaster)], configuration: ["own"]),
        GoldenCase("wrong-part-asked-for", "info --probe sim:stlink-v3 --target stm32h743"),
        GoldenCase("hot-needs-halt", "\(program) --connect hot", files: [image]),
        GoldenCase(
            "image-truncated", "program $DIR/a.elf --probe sim:stlink-v3",
            files: [("a.elf", Contents.elf().dropLast(300).map { $0 })]),
        GoldenCase("image-empty", "program $DIR/a.bin --probe sim:stlink-v3", files: [("a.bin", [])]),
        GoldenCase(
            "image-checksum", "program $DIR/a.hex --probe sim:stlink-v3",
            files: [("a.hex", Contents.hexWithWrongChecksum)]),
        GoldenCase(
            "image-overlap", "program $DIR/image.bin $DIR/b.hex --probe sim:stlink-v3",
            files: [image, ("b.hex", Contents.hex)]),
        GoldenCase("image-beyond-flash", "\(program) --address 0x90ffff00", files: [image]),
        GoldenCase(
            "image-for-other-target", "program $DIR/a.elf --probe sim:stlink-v3",
            files: [("a.elf", Contents.elf(machine: 62))]),
        GoldenCase("image-missing", "program $DIR/none.bin --probe sim:stlink-v3"),
        GoldenCase(
            "output-directory-missing", "read --range 0x90000000+16 -o $DIR/none/a.bin --probe sim:stlink-v3"),
        GoldenCase("board-unknown", "info --board no-such-board --probe sim:stlink-v3"),
        GoldenCase(
            "board-malformed", "info --board $DIR/b.yaml --probe sim:stlink-v3",
            files: [("b.yaml", Array("schema: 2\nname: [b\n".utf8))]),
        GoldenCase(
            "board-mistakes", "board check $DIR/b.yaml", "board check $DIR/c.yaml",
            files: [
                ("b.yaml", Contents.boardWithMistakes), ("c.yaml", Array("schema: 2\nname: [b\n".utf8)),
            ]),
        GoldenCase("config-unknown", "config show nothing"),
        GoldenCase(
            "loader-export-fails", "loader export generic-stm32h743-bank1 -o $DIR/mine.stldr",
            "loader export daisy-seed -o $DIR/mine.bin",
            "loader export daisy-seed --flash s25hl512t -o $DIR/mine.stldr"),
        GoldenCase(
            "loader-not-elf", "loader inspect $DIR/l.stldr", files: [("l.stldr", Array("text\n".utf8))]),
        GoldenCase(
            "loader-pack", "loader inspect $DIR/x.pack", "loader inspect $DIR/x.pack:Other.FLM",
            "loader list $DIR/l.stldr", "loader list $DIR/broken.pack",
            files: [Contents.pack, ("broken.pack", Array("PK".utf8)), ("l.stldr", Array("text\n".utf8))]),
        GoldenCase(
            "loader-infer-fails", "loader infer $DIR/infer-spi.stldr",
            "loader infer $DIR/broken-recursion.stldr",
            files: [.inferSpi, .brokenRecursion].map(Contents.built)),
        GoldenCase(
            "loader-check-fails", "loader check --no-trial $DIR/broken-vendor-stack.stldr --layout vendor",
            "loader check --no-trial $DIR/broken-delay.stldr",
            "loader check $DIR/lying-write.stldr --board stm32h745xi-w25q128",
            "loader check $DIR/broken-hosts-ram.stldr --board stm32h745xi-w25q128",
            "loader check --brief $DIR/broken-hosts-ram.stldr --board stm32h745xi-w25q128",
            files: [.brokenVendorStack, .brokenDelay, .lyingWrite, .brokenHostsRam].map(Contents.built)),
        GoldenCase(
            "loader-without-storage-info", "loader inspect $DIR/l.stldr",
            files: [("l.stldr", Contents.loader(flash: nil))]),
        GoldenCase(
            "loader-outside-ram", "loader inspect $DIR/l.stldr", "\(program) --loader $DIR/l.stldr",
            files: [image, ("l.stldr", Contents.loader(at: 0x0800_0000))]),
        GoldenCase(
            "loader-for-other-flash", "loader inspect $DIR/l.stldr", "\(program) --loader $DIR/l.stldr",
            files: [image, ("l.stldr", Contents.loader(flash: 0x7000_0000))]),
        GoldenCase(
            "loader-without-sectors", "loader inspect $DIR/l.stldr", "\(program) --loader $DIR/l.stldr",
            files: [image, ("l.stldr", Contents.loader(sectors: (0, 0)))]),
        GoldenCase("loader-hangs", "\(program) --loader $DIR/l.stldr", loader: .hangingInit, files: [image]),
        GoldenCase("loader-faults", "\(program) --loader $DIR/l.stldr", loader: .busFault, files: [image]),
        GoldenCase(
            "loader-for-other-bank", "\(program) --loader $DIR/l.stldr", loader: .wrongBank, files: [image]),
        GoldenCase("loader-lies", "\(program) --loader $DIR/l.stldr", loader: .lyingWrite, files: [image]),
        GoldenCase(
            "loader-gives-error", "\(program) --loader $DIR/l.stldr", loader: .errorCode, files: [image]),
        GoldenCase("flash-silent", "\(program),fault=absent", files: [image]),
        GoldenCase("flash-protected", "\(program),fault=bp", files: [image]),
        GoldenCase("flash-with-bad-cell", "\(program),fault=bad-cell", files: [image]),
        GoldenCase(
            "verify-mismatch", "verify $DIR/image.bin --progress none --probe sim:stlink-v3", files: [image]),
        GoldenCase(
            "not-blank", "\(program),state=$DIR/board",
            "blank-check --range 0x90000000+64K --progress none --probe sim:stlink-v3,state=$DIR/board",
            files: [image]),
        GoldenCase(
            "needs-erase", "\(program),state=$DIR/board",
            "verify $DIR/image.bin --address 0x90000100 --progress none --probe sim:stlink-v3,state=$DIR/board",
            "program $DIR/image.bin --address 0x90000100 --erase none --progress none --probe sim:stlink-v3,state=$DIR/board",
            files: [image]),
        GoldenCase("range-not-aligned", "erase --range 0x90000010+16 --probe sim:stlink-v3"),
        GoldenCase("range-malformed", "erase --range bogus --probe sim:stlink-v3"),
        GoldenCase("range-beyond-flash", "read --range 0xa0000000+16 -o $DIR/a.bin --probe sim:stlink-v3"),
        GoldenCase(
            "erase-bad-cell", "\(program),state=$DIR/board",
            "erase --range 0x90000000+4K --progress none --probe sim:stlink-v3,state=$DIR/board,fault=bad-cell",
            files: [image]),
        GoldenCase("usage-no-command", "fly"),
        GoldenCase("usage-missing-argument", "program --probe sim:stlink-v3"),
        GoldenCase("usage-unknown-option", "program -patch.bin --probe sim:stlink-v3"),
        GoldenCase("usage-speed", "info --probe sim:stlink-v3 --speed abc"),
        GoldenCase("usage-selector", "info --probe sim:stlink-v3,colour=red"),
        GoldenCase("usage-no-simulation", "simulate control status"),
        GoldenCase(
            "replay-differs", "simulate replay $DIR/record.txt",
            files: [("record.txt", Contents.record(version: "25 00 83 04 48 37"))]),
        GoldenCase("replay-missing-file", "simulate replay $DIR/none.txt"),
    ]
}
