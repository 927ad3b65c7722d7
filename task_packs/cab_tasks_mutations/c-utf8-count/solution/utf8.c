#include "utf8.h"

size_t utf8_count(const char *text)
{
    size_t count = 0;

    for (; *text; text++)
        if (((unsigned char)*text & 0xC0) != 0x80)
            count++;
    return count;
}

size_t utf8_prefix(const char *text, size_t characters)
{
    size_t bytes = 0;

    while (text[bytes] && characters > 0) {
        bytes++;
        while (((unsigned char)text[bytes] & 0xC0) == 0x80)
            bytes++;
        characters--;
    }
    return bytes;
}
