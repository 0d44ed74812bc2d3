/* embed.h - a file's bytes as part of the program. The rule of the object that
 * embeds a file names it as a prerequisite. */
#ifndef BASE_EMBED_H
#define BASE_EMBED_H

/* symbol holds the file's bytes, then a NUL; symbol_end points behind the bytes. */
#define EMBED(symbol, file) \
    __asm__(".section .rodata\n.balign 64\n" \
            ".global " #symbol "\n" #symbol ":\n.incbin \"" file "\"\n.global " #symbol "_end\n" #symbol "_end:\n.byte 0\n.text\n"); \
    extern const char symbol[], symbol##_end[];

#endif
