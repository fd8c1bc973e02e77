@ A checksum over r1 bytes at r0, in r0: each byte is added to 31 times what was there before.
    .syntax unified
    .thumb
    .global checksum, checksum_end
    .thumb_func
checksum:
    movs r2, #0
    movs r4, #31
1:  ldrb r3, [r0], #1
    mla r2, r2, r4, r3
    subs r1, #1
    bne 1b
    mov r0, r2
checksum_end:
    nop
    b .
