# What OpenOCD is asked about the simulated STM32H745. Each check compares a value; the first wrong one ends the run.

proc expect {what actual wanted} {
    if {$actual ne $wanted} {
        echo "  wrong  $what: $actual, expected $wanted"
        shutdown error
    }
    echo "  ok  $what: $actual"
}
proc finish {} {
    echo "  -- finished"
    shutdown
}

# Core by name; both have words of their own on the private peripheral bus.
proc word {core address} { format 0x%08x [$core read_memory $address 32 1] }
proc register {name} {
    set text [lindex [reg $name force] end]
    format 0x%08x $text
}
# Past OpenOCD's register cache: DCRSR selects, DCRDR shows (ARMv7-M ARM C1.6.3, C1.6.4).
proc hardware_register {core number} {
    $core write_memory 0xe000edf4 32 $number
    word $core 0xe000edf8
}

# What the debug port and the access ports say they are; only where OpenOCD drives them itself.
proc check_ports {} {
    expect "DPIDR" [format 0x%08x [stm32h7x.dap dpreg 0]] 0x6ba02477
    foreach {port wanted} {0 0x84770001 1 0x84770001 2 0x54770002 3 0x24770011} {
        expect "AP$port IDR" [format 0x%08x [stm32h7x.dap apreg $port 0xfc]] $wanted
    }
}

proc check_identity {core cpuid} {
    expect "$core CPUID" [word $core 0xe000ed00] $cpuid
    expect "$core sees DBGMCU_IDC's device" [format 0x%03x [expr {[word $core 0x5c001000] & 0xfff}]] 0x450
}

# OpenOCD's own list: both cores in the same state.
proc check_targets {cores state} {
    expect "targets" [lmap name [target names] {
        if {$name ni $cores} continue
        list $name [$name curstate]
    }] [lmap name $cores { list $name $state }]
    set listing [targets]
    foreach core $cores {
        expect "targets lists $core" [regexp "$core +\\S+ +little +\\S+ +$state" $listing] 1
    }
}

proc halt_all {cores} {
    foreach core $cores {
        targets $core
        halt
        wait_halt 1000
        expect "$core DHCSR.S_HALT" [expr {([word $core 0xe000edf0] >> 17) & 1}] 1
    }
}

# General registers get values of their own, which the hardware must hold after the step that writes them back.
proc check_registers {core code} {
    targets $core
    for {set i 0} {$i <= 12} {incr i} { reg r$i [expr {0x10203040 + $i * 0x01010101}] }
    reg msp 0x24008000
    reg psp 0x24009000
    reg lr 0x12345679
    reg pc $code
    expect "$core steps over one halfword" [step_to] [format 0x%08x [expr {$code + 2}]]
    for {set i 0} {$i <= 12} {incr i} {
        # The instruction stepped over is `movs r2, #0`.
        set wanted [expr {$i == 2 ? 0 : 0x10203040 + $i * 0x01010101}]
        expect "$core r$i" [hardware_register $core $i] [format 0x%08x $wanted]
    }
    expect "$core lr" [hardware_register $core 14] 0x12345679
    expect "$core msp" [hardware_register $core 17] 0x24008000
    expect "$core psp" [hardware_register $core 18] 0x24009000
}
proc step_to {} {
    step
    register pc
}

# Runs our function over bytes in memory up to a hardware breakpoint behind its last instruction.
proc check_function {core code end data count wanted} {
    targets $core
    reg r0 $data
    reg r1 $count
    reg pc $code
    bp $end 2 hw
    resume
    wait_halt 5000
    expect "$core halts at the breakpoint" [register pc] [format 0x%08x $end]
    expect "$core has the function's result" [register r0] $wanted
    rbp $end
}

# The unchanged copy in memory, and OpenOCD's own checksum code running on the core over it.
proc check_memory {core file address count} {
    targets $core
    load_image $file $address bin
    expect "$core verifies by its own code" [catch {verify_image $file $address bin}] 0
    dump_image $file.$core $address $count
}

# A reset stops every core before its first instruction, at the address its vector table gives.
proc check_reset {vectors} {
    reset halt
    foreach {core table} $vectors {
        targets $core
        expect "$core waits at its reset vector" [register pc] [format 0x%08x [expr {[word $core [expr {$table + 4}]] & ~1}]]
        expect "$core counts from there" [expr {[register xPSR] & 0x1ff}] 0
    }
}
