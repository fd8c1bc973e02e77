# Short jobs for transcripts: few bytes, and no answer that depends on how long something took.

# Words, bytes and halfwords.
proc short_memory {core data} {
    $core write_memory $data 32 {0x11223344 0x55667788 0x99aabbcc}
    $core write_memory [expr {$data + 1}] 8 {0xab 0xcd 0xef}
    $core write_memory [expr {$data + 6}] 16 {0x1234}
    expect "$core words" [lmap word [$core read_memory $data 32 3] { format 0x%08x $word }] \
        {0xefcdab44 0x12347788 0x99aabbcc}
}

# Sums 100, 99, … 1: MOVS R0, #0; ADDS R0, R0, R1; SUBS R1, #1; BNE .-4; NOP; B .
proc short_function {core code} {
    targets $core
    $core write_memory $code 32 {0x18402000 0xd1fc3901 0xe7febf00}
    reg sp 0x24008000
    reg xPSR 0x01000000
    reg r1 100
    reg pc $code
    expect "$core steps over one halfword" [step_to] [format 0x%08x [expr {$code + 2}]]
    bp [expr {$code + 8}] 2 hw
    resume
    wait_halt 5000
    expect "$core halts at the breakpoint" [register pc] [format 0x%08x [expr {$code + 8}]]
    expect "$core has the sum" [register r0] 0x000013ba
    rbp [expr {$code + 8}]
}
