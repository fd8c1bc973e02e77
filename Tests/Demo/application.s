// A program image for the external flash: a vector table, code and two data regions, far apart, so that the
// ELF file has several segments with gaps between them. It is data to us; nothing here is executed by the demo.
    .syntax unified
    .thumb

    .section .vectors, "a"
    .word 0x20020000
    .word Reset_Handler + 1
    .rept 164
    .word Default_Handler + 1
    .endr

    .section .text, "ax"
    .global Reset_Handler
    .type Reset_Handler, %function
Reset_Handler:
    ldr r0, =graphics
    ldr r1, =0x24000000
    mov r2, #4096
1:  ldr r3, [r0], #4
    str r3, [r1], #4
    subs r2, #4
    bne 1b
Default_Handler:
    wfi
    b Default_Handler
    .pool

    .section .graphics, "a"
graphics:
    .set value, 0x12345
    .rept 40000
    .set value, (value * 1103515245 + 12345) & 0x7fffffff
    .word value
    .endr

    .section .settings, "a"
    .asciz "baud=115200\nname=extflash demo\n"
