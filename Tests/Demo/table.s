// Contents for an Intel HEX file: two runs of bytes, one crossing a 64 KiB boundary.
    .section .first, "a"
    .rept 600
    .ascii "calibration record "
    .endr
    .section .second, "a"
    .rept 50
    .byte 0x5a, 0xa5, 0, 255
    .endr
