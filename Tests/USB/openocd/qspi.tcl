# The board's QUADSPI as OpenOCD's own driver for it (stmqspi) wants to find it: pins, clock and a mapped read on one line,
# from which the driver derives its other commands. Registers and bits as in the STM32H745's reference manual (RM0399).

proc set_bits {address bits} {
    mww $address [expr {[lindex [read_memory $address 32 1] 0] | $bits}]
}
proc set_field {address position width value} {
    set mask [expr {((1 << $width) - 1) << $position}]
    set word [lindex [read_memory $address 32 1] 0]
    mww $address [expr {($word & ~$mask & 0xffffffff) | ($value << $position)}]
}
# Port by letter, pin: alternate function 9, very high speed.
proc quadspi_pin {port pin} {
    set base [expr {0x58020000 + 0x400 * ([scan $port %c] - [scan A %c])}]
    # MODER, OSPEEDR, AFRL and AFRH.
    set_field $base [expr {2 * $pin}] 2 2
    set_field [expr {$base + 0x08}] [expr {2 * $pin}] 2 3
    set_field [expr {$base + 0x20 + ($pin >= 8 ? 4 : 0)}] [expr {4 * ($pin % 8)}] 4 9
}

proc set_up_quadspi {} {
    # RCC_AHB4ENR: GPIOB, C, G, H; RCC_AHB3ENR: QUADSPI.
    set_bits 0x580244e0 0x000000c6
    set_bits 0x580244d4 0x00004000
    # CLK, NCS, IO0 to IO3 of bank 2.
    foreach {port pin} {B 2 C 11 H 2 H 3 G 9 G 14} { quadspi_pin $port $pin }
    # CR: kernel clock (64 MHz) by two, bank 2 (FSEL), sampling half a cycle later, enabled. DCR: 16 MiB, chip select high for
    # four cycles.
    mww 0x52005000 0x00000000
    mww 0x52005004 0x00170300
    mww 0x52005000 0x01000091
    quadspi_command 0x66
    quadspi_command 0x99
    # tRST of the flash is 30 us.
    sleep 1
    # CCR: mapped read with 0Bh: command, 24-bit address and data on one line, eight dummy cycles.
    mww 0x52005014 0x0d20250b
}
# A command without address and data.
proc quadspi_command {code} {
    mww 0x52005014 [expr {0x100 | $code}]
    for {set i 0} {$i < 100} {incr i} {
        # SR: BUSY.
        if {!([lindex [read_memory 0x52005008 32 1] 0] & 0x20)} return
    }
    error "QUADSPI stays busy with command $code"
}

# What the driver found: the chip by its JEDEC id, and how to work with it.
proc check_chip {} {
    flash probe stm32h7x.qspi
    expect "flash list" [lmap bank [flash list] {
        if {[dict get $bank driver] ne "stmqspi"} continue
        list [dict get $bank name] [format 0x%x [dict get $bank base]] [dict get $bank size]
    }] {{stm32h7x.qspi 0x90000000 16777216}}
    set text [flash info stm32h7x.qspi]
    foreach {what pattern} {
        "chip" {flash2 'win w25q128fv/jv', device id = 0x1840ef, flash size = 16384Ki B}
        "sectors" {sector size = 64 KiB, sector_erase = 0xd8}
        "pages" {page size = 256, read = 0x03, qread = 0xeb, pprog = 0x02, mass_erase = 0xc7}
    } {
        expect "flash info tells the $what" [expr {[string first $pattern $text] >= 0}] 1
    }
    # Number of bytes to read, then those to write.
    expect "JEDEC id" [string trim [stmqspi cmd stm32h7x.qspi 3 0x9f]] "spi: 9f -> ef 40 18"
    expect "status register 1" [string trim [stmqspi cmd stm32h7x.qspi 1 0x05]] "spi: 05 -> 00"
}

# The first `count` words through the mapped window.
proc mapped {count} { lmap word [read_memory 0x90000000 32 $count] { format 0x%08x $word } }

# Whether the driver finds the file's bytes at the start of the flash.
proc holds {file} { expr {[catch {flash verify_bank stm32h7x.qspi $file 0}] == 0} }

# Erases up to a sector, programs `file` there and compares; `other` is something else.
proc check_programming {file other last_sector} {
    flash erase_sector stm32h7x.qspi 0 $last_sector
    expect "erased, through the window" [mapped 2] {0xffffffff 0xffffffff}
    flash write_bank stm32h7x.qspi $file 0
    expect "flash verify_bank" [holds $file] 1
    expect "flash verify_bank of something else" [holds $other] 0
}

# The driver's own blank check of all 256 sectors, by code on the core: which of them are not blank?
proc check_blank {wanted} {
    set used {}
    foreach line [split [flash erase_check stm32h7x.qspi] "\n"] {
        if {[regexp {#\s*(\d+):.* not erased} $line -> sector]} { lappend used $sector }
    }
    expect "sectors that are not blank" $used $wanted
}
