// SPDX-License-Identifier: Apache-2.0
// Copyright the extflash authors

import TestLoaders

extension GoldenCase {
    private static let bench = "--probe sim:stlink-v3,state=$DIR/board"
    private static let image: (name: String, bytes: [UInt8]) = ("image.bin", Contents.random(8000))

    /// What each command says when it does what it was asked.
    static let commands: [GoldenCase] = [
        GoldenCase("probes", "probes --probe sim:stlink-v3"),
        GoldenCase("probes-old-firmware", "probes --probe sim:stlink-v3,firmware=V3J1M1"),
        GoldenCase("probes-old-v2", "probes --probe sim:stlink-v2,firmware=V2J16S4"),
        GoldenCase("probes-cmsis-dap", "probes --probe sim:cmsis-dap-v1"),
        GoldenCase("probes-unplugged", "probes --probe sim:stlink-v3,usb-fault=0:disconnect"),
        GoldenCase("doctor", "doctor --probe sim:stlink-v3 --report $DIR/page.html"),
        GoldenCase("doctor-notes", "doctor --probe sim:cmsis-dap-v2,app=dma,fault=qe0,line=IO2:high"),
        GoldenCase("info", "info --probe sim:stlink-v3"),
        GoldenCase("info-caches", "info --probe sim:stlink-v3,app=caches"),
        GoldenCase("info-rtos", "info --probe sim:cmsis-dap-v2,app=rtos"),
        GoldenCase("info-mapped", "info --probe sim:stlink-v2-1,app=mapped"),
        GoldenCase("info-asleep", "info --probe sim:stlink-v3,app=stop"),
        GoldenCase("info-watchdog", "info --probe sim:stlink-v3,app=watchdog"),
        GoldenCase("info-second-core", "info --probe sim:stlink-v3,app=m4-unclocked"),
        GoldenCase(
            "info-one-core", "info --probe sim:stlink-v3,part=stm32h743 --loader w25q128-stm32h745xi-bk2"),
        GoldenCase("info-under-reset", "info --probe sim:stlink-v3,usb-fault=30:timeout"),
        GoldenCase("info-bad-wire", "info --probe sim:stlink-v3,wire-limit=3000000"),
        GoldenCase("info-hot", "info --probe sim:stlink-v3,app=rtos --connect hot"),
        GoldenCase("info-other-flash", "info --probe sim:stlink-v3,flash=w25q128jw"),
        GoldenCase("info-wrong-id", "info --probe sim:stlink-v3,fault=wrong-id"),
        GoldenCase(
            "info-board-without-loader", "info --board daisy-seed --probe sim:stlink-v3,board=daisy-seed",
            "info --board stm32h750b-dk --probe sim:cmsis-dap-v2,board=stm32h750b-dk,app=mapped",
            "info --board daisy-seed --probe sim:stlink-v3,board=daisy-seed,fault=absent",
            "info --board daisy-seed --probe sim:stlink-v3,board=daisy-seed,flash=w25q64jv"),
        GoldenCase(
            "program", "program $DIR/image.bin \(bench)", "program $DIR/image.bin \(bench)",
            "program $DIR/image.bin@0x90001001 \(bench) --progress none", files: [image]),
        GoldenCase(
            "program-planned", "program $DIR/image.bin \(bench) --dry-run --progress none",
            "program $DIR/image.bin \(bench) --progress none",
            "program $DIR/image.bin \(bench) --dry-run --progress none",
            "program $DIR/image.bin@0x90001001 \(bench) --dry-run --progress none", files: [image]),
        GoldenCase(
            "program-several",
            "program $DIR/a.elf $DIR/b.hex $DIR/image.bin@0x90010000 \(bench) --progress none",
            files: [image, ("a.elf", Contents.elf()), ("b.hex", Contents.hex)]),
        GoldenCase(
            "program-not-verified", "program $DIR/image.bin \(bench) --progress none --verify none",
            files: [image]),
        GoldenCase(
            "verify", "program $DIR/image.bin \(bench) --progress none", "verify $DIR/image.bin \(bench)",
            files: [image]),
        GoldenCase(
            "read", "program $DIR/image.bin \(bench) --progress none",
            "read --range 0x90000000+8000 -o $DIR/back.hex \(bench)", files: [image]),
        GoldenCase(
            "erase", "program $DIR/image.bin \(bench) --progress none",
            "erase --range 0x90000000+4K --range 0x90002000..0x90003000 \(bench)",
            "erase --range 0x90001234+1 --widen \(bench)", files: [image]),
        GoldenCase("blank-check", "blank-check --range 0x90000000+1M --probe sim:stlink-v3"),
        GoldenCase("checksum", "checksum --range 0x90000000+1 --probe sim:stlink-v3"),
        GoldenCase(
            "reset", "reset --probe sim:stlink-v3,app=rtos", "reset --halt --probe sim:stlink-v3,app=rtos"),
        GoldenCase("loader-inspect", "loader inspect w25q128-stm32h745xi-bk2"),
        GoldenCase(
            "loader-check", "loader check --no-trial w25q128-stm32h745xi-bk2",
            "loader check --no-trial $DIR/broken-vendor-stack.stldr --board stm32h745xi-w25q128",
            "loader inspect $DIR/algorithm.FLM", files: [.brokenVendorStack, .algorithm].map(Contents.built)),
        GoldenCase(
            "loader-export", "loader export daisy-seed -o $DIR/daisy-seed.stldr",
            "loader check --no-trial $DIR/daisy-seed.stldr --board daisy-seed --layout vendor",
            "loader export stm32h745i-disco -o $DIR/disco.FLM",
            "loader export generic-stm32h743-bank1 --flash w25q64jv -o $DIR/mine.stldr"),
        GoldenCase(
            "program-made-loader",
            "program $DIR/image.bin --board daisy-seed --probe sim:stlink-v3,board=daisy-seed --progress none",
            files: [image]),
        GoldenCase(
            "loader-infer", "loader infer $DIR/infer-clocks.stldr -o $DIR/mine.yaml",
            "board check $DIR/mine.yaml", "loader infer $DIR/infer-two-selects.stldr",
            "loader check --brief $DIR/infer-clocks.stldr",
            files: [.inferClocks, .inferTwoSelects].map(Contents.built)),
        GoldenCase(
            "loader-list", "loader list $DIR/x.pack",
            "loader inspect $DIR/x.pack --board stm32h745xi-w25q128",
            "loader check --no-trial --brief $DIR/x.pack:Flash/Other.FLM", files: [Contents.pack]),
        GoldenCase(
            "loader-inspect-unusual", "loader inspect $DIR/odd.stldr",
            files: [
                (
                    "odd.stldr",
                    Contents.loader(
                        name: "\u{1B}[2J\u{1B}]0;title\u{7}Flash", sectors: (16, 65536), zeros: 5000)
                )
            ]),
        GoldenCase("board-list", "board list"),
        GoldenCase(
            "board-show", "board show stm32h745i-disco", "board show devebox-stm32h743",
            "board show stm32h745xi-w25q128"),
        GoldenCase("board-check", "board check stm32h750b-dk"),
        GoldenCase("flash-list", "flash list"),
        GoldenCase("flash-show", "flash show w25q128jv", "flash show mt25tl01g"),
        GoldenCase("target-list", "target list"),
        GoldenCase(
            "lists-with-invalid-files", "board list", "flash list", "target list",
            files: [
                ("own/boards/mine.yaml", Array("schema: 9\n".utf8)),
                ("own/flash/w25q128jv.yaml", Array("schema: [\n".utf8)),
                ("own/targets/mine.yaml", Array("name: mine\n".utf8)),
                ("own/flash/family/issi.yaml", Array("schema: 2\nabstract: [\n".utf8)),
            ],
            configuration: ["own"]),
        GoldenCase("config-list", "config list boards", "config list loaders"),
        GoldenCase(
            "config-path", "config path", "config show boards/mine",
            files: [("own/boards/mine.yaml", Array("# My board.\n".utf8)), ("file", [])],
            configuration: ["none", "file", "own"]),
        GoldenCase(
            "simulate-replay", "simulate replay $DIR/record.txt",
            files: [("record.txt", Contents.record(version: "24 00 83 04 48 37"))]),
    ]
}
