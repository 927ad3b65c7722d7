/* Prints what the code under test does, a case a line. What is expected is not known here. */
#include <stdio.h>

#include "utf8.h"

int main(void)
{
    static const char *texts[] = {"", "plain", "\xCE\xB1\xCE\xB2\xCE\xB3", "\xC3\xBC" "ber", "\xE2\x82\xAC" "5", "\xF0\x9F\x98\x80!", "\xC2\xA0\xC2\xBF"};
    size_t i;

    for (i = 0; i < sizeof texts / sizeof *texts; i++)
        printf("%zu: %zu characters, the first %zu bytes, all %zu\n", i, utf8_count(texts[i]), utf8_prefix(texts[i], 1), utf8_prefix(texts[i], 9));
    return 0;
}
