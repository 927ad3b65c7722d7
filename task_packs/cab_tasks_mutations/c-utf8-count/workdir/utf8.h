#ifndef UTF8_H
#define UTF8_H

#include <stddef.h>

/* How many characters a text in UTF-8 has: bytes that continue a character (10xxxxxx) are not counted. */
size_t utf8_count(const char *text);

/* How many bytes the first so many characters take; those of the whole text where it has fewer. */
size_t utf8_prefix(const char *text, size_t characters);

#endif
